package peer

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestTidy(t *testing.T) {
	ns := func(name string, labels map[string]string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	}
	pod := func(namespace, name string, finalizers ...string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Finalizers: finalizers}}
	}
	client := fake.NewClientset(
		ns("prestop-1", map[string]string{runLabel: "x"}), ns("prestop-2", map[string]string{runLabel: "x"}), ns("hookcheck-1", nil),
		pod("prestop-1", "plain"), pod("prestop-1", "held", "test/finalizer"), pod("hookcheck-1", "other", "test/finalizer"))
	if err := Tidy(t.Context(), client, "another-"); err != nil || len(client.Actions()) != 1 {
		t.Errorf("%v; it did more than look: %v", err, client.Actions())
	}
	if err := Tidy(t.Context(), client, "prestop-"); err != nil {
		t.Fatal(err)
	}
	namespaces, err := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	if err != nil || len(namespaces.Items) != 1 || namespaces.Items[0].Name != "hookcheck-1" {
		t.Errorf("%+v, %v", namespaces.Items, err)
	}
	pods, err := client.CoreV1().Pods("").List(t.Context(), metav1.ListOptions{})
	if err != nil || len(pods.Items) != 1 || pods.Items[0].Name != "other" || len(pods.Items[0].Finalizers) != 1 {
		t.Errorf("%+v, %v", pods.Items, err)
	}
	freed := false
	for _, a := range client.Actions() {
		freed = freed || a.Matches("patch", "pods") && a.GetNamespace() == "prestop-1"
	}
	if !freed {
		t.Error("the finalizer was left")
	}
}

func TestTidyTellsWhatIsWrong(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("list", "namespaces", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, errors.New("no right")
	})
	if err := Tidy(t.Context(), client, ""); err == nil || !strings.Contains(err.Error(), "list the suite's namespaces: no right") {
		t.Error(err)
	}
}
