package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	kinderrors "sigs.k8s.io/kind/pkg/errors"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

func TestBrief(t *testing.T) {
	run := &kindexec.RunError{
		Command: []string{"docker", "run", "--name", "c-control-plane", "--hostname", "c-control-plane", "image"},
		Output:  []byte("docker: Error response from daemon: port is already allocated.\nRun 'docker run --help' for more information\n"),
		Inner:   errors.New("exit status 125"),
	}
	err := kinderrors.Wrap(run, "failed to create the node")
	got := brief(err)
	want := `failed to create the node: command "docker run --name c-control-plane --host…" failed with error: exit status 125: docker: Error response from daemon: port is already allocated.`
	if got.Error() != want || !errors.Is(got, err) {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if got := brief(errors.New("plain")); got.Error() != "plain" {
		t.Errorf("got %v, want plain", got)
	}
}

func TestTellingLine(t *testing.T) {
	for output, want := range map[string]string{
		"":                         "",
		"a\nb\n":                   "b",
		"Error: x\nerror: y\nhelp": "error: y",
		strings.Repeat("é", 300):   strings.Repeat("é", 150) + "…",
	} {
		if got := tellingLine(output); got != want {
			t.Errorf("%.20q: got %q, want %q", output, got, want)
		}
	}
}

func TestErrorClasses(t *testing.T) {
	inner := errors.New("inner")
	for _, tt := range []struct {
		err  error
		is   []error
		isnt []error
	}{
		{usagef("x: %w", inner), []error{ErrUsage, inner}, []error{ErrEnvironment, ErrNotOurs}},
		{environmentf("x: %w", inner), []error{ErrEnvironment, inner}, []error{ErrUsage, ErrNotOurs}},
		{fmt.Errorf("y: %w", notOursf("x: %w", inner)), []error{ErrUsage, ErrNotOurs, inner}, []error{ErrEnvironment}},
	} {
		for _, class := range tt.is {
			if !errors.Is(tt.err, class) {
				t.Errorf("%v is not %v", tt.err, class)
			}
		}
		for _, class := range tt.isnt {
			if errors.Is(tt.err, class) {
				t.Errorf("%v is %v", tt.err, class)
			}
		}
		if !strings.HasSuffix(tt.err.Error(), "x: inner") {
			t.Errorf("the classes show in the text: %v", tt.err)
		}
	}
}
