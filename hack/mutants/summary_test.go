package main

import (
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

func TestSummarize(t *testing.T) {
	var out strings.Builder
	summarize(&out, []mutant.Definition{
		{Component: mutant.Kubelet}, {Component: mutant.Kubelet, Contested: "because"},
		{Component: mutant.Kubelet, Global: true, Role: mutant.Harmless}, {Component: mutant.CRI, Needs: "a disk"},
	})
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"kubelet 2 1 . .", "cri . . . 1", "4 definitions; 1 are controls, 1 are contested"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %q", out.String(), want)
		}
	}
}
