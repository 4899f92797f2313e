package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
)

// Ask asks the API server for every pod of the fixture that has the annotation
// Asking whether it would create it, by a dry run, and notes the answers. A note
// is called history.NoteAsk, its pod is the object's name, and its fields are
//
//	accepted          true or false
//	warning           the Warning headers, if any
//	spec.…            accepted: what the object would hold, by path, of hooks, restart policies and grace periods
//	code, reason      refused: of the Status
//	cause <path>      refused because of a field: type and message of the cause
//	message           refused for another reason
func Ask() Step {
	return Step{Text: "ask by dry runs", Do: func(ctx context.Context, x *Execution) error {
		asker, err := x.newAsker()
		if err != nil {
			return err
		}
		end := x.Recording.Step("ask", "", nil)
		for _, o := range x.fixture {
			if !asked(o) {
				continue
			}
			o = o.DeepCopy()
			how := o.GetAnnotations()[Asking]
			o.SetAnnotations(nil)
			answer, err := asker.client.Create(ctx, o, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: how})
			if err == nil {
				err = x.writtenAndAnswered(o, answer)
			}
			if err := asker.note(x, o.GetName(), answer, err); err != nil {
				end(err)
				return fmt.Errorf("ask about %s: %w", o.GetName(), err)
			}
		}
		end(nil)
		return nil
	}}
}

// AskUpdate asks the API server whether it would update a pod that was changed
// by a strategic merge patch, given as JSON; subresource is mostly "". The answer
// is noted under that name, as Ask notes it.
func AskUpdate(name, pod, subresource, patch string) Step {
	return Step{Text: "ask to change " + pod + ": " + name, Do: func(ctx context.Context, x *Execution) error {
		asker, err := x.newAsker()
		if err != nil {
			return err
		}
		end := x.Recording.Step("ask", pod, map[string]string{"name": name, "patch": patch, "subresource": subresource})
		err = asker.update(ctx, x, name, pod, subresource, patch)
		end(err)
		if err != nil {
			return fmt.Errorf("ask to change pod %s: %w", pod, err)
		}
		return nil
	}}
}

// An asker asks for dry runs and hears the warnings.
type asker struct {
	client   dynamic.ResourceInterface
	warnings *warnings
}

func (x *Execution) newAsker() (*asker, error) {
	config := rest.CopyConfig(x.Config)
	w := &warnings{}
	config.WarningHandler, config.WarningHandlerWithContext = w, nil
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &asker{client.Resource(corev1.SchemeGroupVersion.WithResource("pods")).Namespace(x.Namespace), w}, nil
}

// warnings collects what the API server warns of.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

// HandleWarningHeader is called by client-go for each Warning header.
func (w *warnings) HandleWarningHeader(_ int, _ string, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

// take returns the warnings since the last call.
func (w *warnings) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := strings.Join(w.texts, "; ")
	w.texts = nil
	return all
}

func (a *asker) update(ctx context.Context, x *Execution, name, pod, subresource, patch string) error {
	var sub []string
	if subresource != "" {
		sub = []string{subresource}
	}
	for try := 1; ; try++ {
		o, err := a.client.Get(ctx, pod, metav1.GetOptions{})
		if err != nil {
			return err
		}
		now, err := o.MarshalJSON()
		if err != nil {
			return err
		}
		changed, err := strategicpatch.StrategicMergePatch(now, []byte(patch), corev1.Pod{})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(changed, &o.Object); err != nil {
			return err
		}
		answer, err := a.client.Update(ctx, o, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}}, sub...)
		if apierrors.IsConflict(err) && try < 5 { // somebody wrote its status in between
			continue
		}
		return a.note(x, name, answer, err)
	}
}

// note writes down an answer. The error is one that is no answer: the API server
// could not be reached, or is too busy.
func (a *asker) note(x *Execution, name string, answer *unstructured.Unstructured, err error) error {
	fields := map[string]string{"accepted": strconv.FormatBool(err == nil)}
	if w := a.warnings.take(); w != "" {
		fields["warning"] = w
	}
	var status apierrors.APIStatus
	switch {
	case err == nil:
		maps.Copy(fields, aboutHooks(answer))
	case !errors.As(err, &status), apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsInternalError(err),
		apierrors.IsServiceUnavailable(err), apierrors.IsTimeout(err):
		return err
	default:
		maps.Copy(fields, refusal(status.Status()))
	}
	x.Recording.Note(history.NoteAsk, name, "", fields)
	return nil
}

// refusal is what is noted of a Status.
func refusal(s metav1.Status) map[string]string {
	fields := map[string]string{"code": strconv.Itoa(int(s.Code)), "reason": string(s.Reason)}
	if s.Details != nil {
		for _, c := range s.Details.Causes {
			key, text := history.CauseField(c.Field), string(c.Type)+": "+c.Message
			if before := fields[key]; before != "" {
				text = before + "; " + text
			}
			fields[key] = text
		}
	}
	if len(fields) == 2 {
		fields["message"] = s.Message
	}
	return fields
}

// hookField matches the paths that hooks and the stop of a container depend on.
var hookField = regexp.MustCompile(`[.](lifecycle|restartPolicy|restartPolicyRules|terminationGracePeriodSeconds)($|[.\[])`)

// aboutHooks returns the values of an object's spec that hookField matches, by
// path. An empty map or list has the value {} or [].
func aboutHooks(o *unstructured.Unstructured) map[string]string {
	fields := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(path+"."+key, v[key])
			}
			if len(v) > 0 {
				return
			}
			value = "{}"
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), item)
			}
			if len(v) > 0 {
				return
			}
			value = "[]"
		}
		if hookField.MatchString(path) {
			fields[path] = fmt.Sprint(value)
		}
	}
	walk("spec", o.Object["spec"])
	return fields
}

// AskSchema notes the properties of definitions as the API server publishes them
// for the core group (OpenAPI v3): note "schema", whose pod is the definition,
// such as io.k8s.api.core.v1.Lifecycle, and which has a field for each property,
// all of the value "published".
func AskSchema(definitions ...string) Step {
	return Step{Text: "ask for the schema of " + strings.Join(definitions, ", "), Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("ask", "", map[string]string{"name": "openapi/v3/api/v1"})
		data, err := x.Client.CoreV1().RESTClient().Get().AbsPath("/openapi/v3/api/v1").SetHeader("Accept", "application/json").DoRaw(ctx)
		end(err)
		if err != nil {
			return fmt.Errorf("ask for the OpenAPI schema: %w", err)
		}
		var document struct {
			Components struct {
				Schemas map[string]struct {
					Properties map[string]json.RawMessage `json:"properties"`
				} `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(data, &document); err != nil {
			return fmt.Errorf("read the OpenAPI schema: %w", err)
		}
		for _, name := range definitions {
			fields := map[string]string{}
			for property := range document.Components.Schemas[name].Properties {
				fields[property] = "published"
			}
			x.Recording.Note("schema", name, "", fields)
		}
		return nil
	}}
}
