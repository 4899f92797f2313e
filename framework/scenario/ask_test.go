package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/recorder"
)

// question is a pod that is only asked about, with a handler that no API knows.
func question(name string, spec map[string]any) *unstructured.Unstructured {
	spec["containers"] = []any{map[string]any{"name": "app", "image": "hookcheck.dev/agent",
		"lifecycle": map[string]any{"preStop": map[string]any{"telepathy": map[string]any{}}}}}
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": name, "annotations": map[string]any{Asking: "Ignore"}}, "spec": spec}}
}

func TestQuestion(t *testing.T) {
	p := Preparation{Images: map[string]string{"hookcheck.dev/agent": "agent:1"}, Node: "n"}
	get := func(o *unstructured.Unstructured, fields ...string) any {
		var value any = o.Object
		for _, field := range fields {
			if list, ok := value.([]any); ok {
				value = list[0]
			}
			value = value.(map[string]any)[field]
		}
		return value
	}
	linux := question("q", map[string]any{})
	if err := p.question(&Scenario{}, linux); err != nil {
		t.Fatal(err)
	}
	if get(linux, "spec", "containers", "image") != "agent:1" || get(linux, "spec", "securityContext", "runAsNonRoot") != true {
		t.Errorf("not prepared: %v", linux.Object)
	}
	if get(linux, "spec", "containers", "securityContext", "allowPrivilegeEscalation") != false {
		t.Errorf("container not hardened: %v", linux.Object)
	}
	if get(linux, "spec", "containers", "lifecycle", "preStop", "telepathy") == nil {
		t.Errorf("the unknown field is gone: %v", linux.Object)
	}
	if get(linux, "spec", "affinity") != nil {
		t.Errorf("pinned: %v", linux.Object)
	}
	windows := question("q", map[string]any{"os": map[string]any{"name": "windows"}})
	if err := p.question(&Scenario{}, windows); err != nil {
		t.Fatal(err)
	}
	if get(windows, "spec", "securityContext") != nil && len(get(windows, "spec", "securityContext").(map[string]any)) > 0 {
		t.Errorf("hardened: %v", windows.Object)
	}
	if err := p.question(&Scenario{}, &unstructured.Unstructured{Object: map[string]any{"kind": "Pod"}}); err == nil {
		t.Error("no error for a pod without a spec")
	}
}

func TestCheckAsked(t *testing.T) {
	o := question("q", map[string]any{})
	if err := checkAsked(o); err != nil {
		t.Error(err)
	}
	o.SetKind("Job")
	if err := checkAsked(o); err == nil || !strings.Contains(err.Error(), "is for pods") {
		t.Errorf("error %v", err)
	}
	o = question("q", map[string]any{})
	o.SetAnnotations(map[string]string{Asking: "yes"})
	if err := checkAsked(o); err == nil || !strings.Contains(err.Error(), "want Strict, Warn or Ignore") {
		t.Errorf("error %v", err)
	}
}

// apiServer answers as handle says; it returns an execution that talks to it.
func apiServer(t *testing.T, handle http.HandlerFunc, fixture ...*unstructured.Unstructured) (*Execution, *recorder.Recording) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	r, err := recorder.Start(t.Context(), quietClient(), "space")
	if err != nil {
		t.Fatal(err)
	}
	rec := r.Open(label, history.Header{Started: time.Now()})
	return &Execution{Config: config, Client: client, Namespace: "space", Recording: rec, fixture: fixture}, rec
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func failure(code int32, reason metav1.StatusReason, causes ...metav1.StatusCause) metav1.Status {
	return metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: code, Reason: reason, Message: "it says no",
		Details: &metav1.StatusDetails{Causes: causes}}
}

// notes returns the notes of a name as text: pod and fields, sorted.
func notes(rec *recorder.Recording, name string) string {
	var lines []string
	rec.Read(func(h *history.History) {
		for _, e := range h.All(history.Note(name)) {
			lines = append(lines, fmt.Sprint(e.Pod, " ", e.Fields)) // maps print sorted
		}
	})
	return strings.Join(lines, "\n")
}

func TestAsk(t *testing.T) {
	var asked []string
	handle := func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		o := &unstructured.Unstructured{}
		_ = json.Unmarshal(data, &o.Object)
		asked = append(asked, r.Method+" "+r.URL.String()+" "+fmt.Sprint(o.GetAnnotations()))
		switch o.GetName() {
		case "good":
			w.Header().Set("Warning", `299 - "mind the gap"`)
			o.Object["spec"].(map[string]any)["terminationGracePeriodSeconds"] = int64(30)
			reply(w, 201, o.Object)
		case "bad":
			reply(w, 422, failure(422, "Invalid", metav1.StatusCause{Type: "FieldValueInvalid", Field: "spec.x", Message: "one"},
				metav1.StatusCause{Type: "FieldValueForbidden", Field: "spec.x", Message: "two"}))
		case "strict":
			reply(w, 400, failure(400, "BadRequest"))
		}
	}
	made := question("made", map[string]any{})
	made.SetAnnotations(nil)
	x, rec := apiServer(t, handle, question("good", map[string]any{}), made, question("bad", map[string]any{}), question("strict", map[string]any{}))
	if err := Ask().Do(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	want := `good map[accepted:true spec.containers[0].lifecycle.preStop.telepathy:{} spec.terminationGracePeriodSeconds:30 warning:mind the gap]
bad map[accepted:false cause spec.x:FieldValueInvalid: one; FieldValueForbidden: two code:422 reason:Invalid]
strict map[accepted:false code:400 message:it says no reason:BadRequest]`
	if got := notes(rec, history.NoteAsk); got != want {
		t.Errorf("notes:\n%s\nwant:\n%s", got, want)
	}
	rec.Read(func(h *history.History) {
		rewritten := h.Rewrites()
		if len(rewritten) != 0 {
			t.Errorf("rewritten: %v", rewritten)
		}
		for _, e := range h.Events {
			if e.Kind == history.KindWritten && (e.Pod != "good" || e.PodObject.Spec.TerminationGracePeriodSeconds != nil || *e.AnswerObject.Spec.TerminationGracePeriodSeconds != 30) {
				t.Errorf("written down: %+v and %+v", e.PodObject.Spec, e.AnswerObject.Spec)
			}
		}
		if n := len(h.Events); n != 6 { // the begin and the end of the step, three answers, and what was written of the one that was accepted
			t.Errorf("%d events", n)
		}
	})
	if len(asked) != 3 || asked[0] != "POST /api/v1/namespaces/space/pods?dryRun=All&fieldValidation=Ignore map[]" {
		t.Errorf("asked %q", asked)
	}
	if x.fixture[0].GetAnnotations()[Asking] == "" {
		t.Error("the fixture was changed")
	}
}

func TestAskIsNotAnswered(t *testing.T) {
	x, _ := apiServer(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 500, failure(500, "InternalError")) }, question("good", map[string]any{}))
	if err := Ask().Do(t.Context(), x); err == nil || !strings.Contains(err.Error(), "ask about good: it says no") {
		t.Errorf("error %v", err)
	}
	if err := AskUpdate("change", "p", "", "{}").Do(t.Context(), x); err == nil || !strings.Contains(err.Error(), "ask to change pod p: it says no") {
		t.Errorf("error %v", err)
	}
	if err := AskSchema("Lifecycle").Do(t.Context(), x); err == nil || !strings.Contains(err.Error(), "ask for the OpenAPI schema") {
		t.Errorf("error %v", err)
	}
}

func TestAskUpdate(t *testing.T) {
	conflicts := 0
	x, rec := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		o := question("p", map[string]any{"restartPolicy": "Always"}).Object
		if r.Method == http.MethodPut {
			if conflicts++; conflicts == 1 {
				reply(w, 409, failure(409, "Conflict"))
				return
			}
			if r.URL.String() != "/api/v1/namespaces/space/pods/p/resize?dryRun=All" {
				t.Errorf("asked %s", r.URL)
			}
			o = nil
			_ = json.NewDecoder(r.Body).Decode(&o)
		}
		reply(w, 200, o)
	})
	if err := AskUpdate("change", "p", "resize", `{"spec":{"restartPolicy":"Never"}}`).Do(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if got := notes(rec, history.NoteAsk); !strings.HasPrefix(got, "change map[accepted:true ") || !strings.Contains(got, "spec.restartPolicy:Never") {
		t.Errorf("notes:\n%s", got)
	}
	if err := AskUpdate("change", "p", "", `{`).Do(t.Context(), x); err == nil {
		t.Error("no error for a patch that is none")
	}
}

func TestAskSchema(t *testing.T) {
	x, rec := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openapi/v3/api/v1" {
			t.Errorf("asked %s", r.URL)
		}
		properties := map[string]any{"exec": map[string]any{}, "sleep": map[string]any{}}
		reply(w, 200, map[string]any{"components": map[string]any{"schemas": map[string]any{"H": map[string]any{"properties": properties}}}})
	})
	if err := AskSchema("H", "None").Do(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if got := notes(rec, "schema"); got != "H map[exec:published sleep:published]\nNone map[]" {
		t.Errorf("notes:\n%s", got)
	}
}

func TestAboutHooks(t *testing.T) {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"restartPolicy": "Always", "schedulerName": "x", "containers": []any{map[string]any{"name": "a", "lifecycle": map[string]any{},
			"restartPolicyRules": []any{map[string]any{"action": "Restart"}}, "livenessProbe": map[string]any{"periodSeconds": int64(1)}}}}}}
	want := map[string]string{"spec.restartPolicy": "Always", "spec.containers[0].lifecycle": "{}", "spec.containers[0].restartPolicyRules[0].action": "Restart"}
	if got := aboutHooks(o); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
