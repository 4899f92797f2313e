package main

import (
	"slices"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

func TestLook(t *testing.T) {
	ours := map[string]string{scenario.ManagedByLabel: scenario.ManagedBy}
	meta := func(namespace, name string, labels map[string]string, finalizers ...string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels, Finalizers: finalizers}
	}
	client := fake.NewClientset(
		&corev1.Namespace{ObjectMeta: meta("", "theirs", nil)},
		&corev1.Namespace{ObjectMeta: meta("", "run", ours)},
		&coordinationv1.Lease{ObjectMeta: meta("theirs", "lease", nil)},
		&coordinationv1.Lease{ObjectMeta: meta("given", "lease", ours)},
		&corev1.Pod{ObjectMeta: meta("theirs", "pod", nil, "example.com/theirs")},
		&corev1.Pod{ObjectMeta: meta("given", "labelled", ours)},
		&corev1.Pod{ObjectMeta: meta("given", "held", nil, scenario.Finalizer)},
	)
	left, err := look(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(left)
	want := []string{"finalizer of pod given/held", "lease given/lease", "namespace run", "pod given/labelled"}
	if !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}
