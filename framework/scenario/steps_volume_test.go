package scenario

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func TestInstances(t *testing.T) {
	first := "1.000001 1 start v=1*00\n1.000002 9 hook-begin name=postStart*00\n1.000003 1 signal name=SIGTERM*00\n"
	second := "2.000001 1 start v=1*00\n"
	early := "3.000001 9 hook-begin name=postStart*00\n3.000002 9 hook-end name=postStart exit=0*00\n3.000003 1 start v=1*00\n"
	for text, want := range map[string][]string{
		first + second:        {first, second},
		early + first + early: {early, first, early},
		first:                 {first},
		"":                    {""},
	} {
		if got := instances(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestOccupiedVolume: the process ends when the scenario does, if not earlier.
func TestOccupiedVolume(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, b *bench) {
		shell := &fakeShell{}
		onBench(t, b, shell)
		p := podNamed("p")
		p.UID = "u"
		b.version(p)
		const begin, end = "--working-directory=/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/v sleep 60", "systemctl stop hookcheck-u-v"
		if err := OccupyVolume("p", "v").Do(ctx, b.Execution); err != nil {
			t.Fatal(err)
		}
		if got := shell.order(begin, "--unit=hookcheck-u-v", end); !slices.Equal(got, []string{begin, "--unit=hookcheck-u-v"}) {
			t.Errorf("ran %q", shell.ran)
		}
		if err := LeaveVolume("p", "v").Do(ctx, b.Execution); err != nil || len(shell.order(end)) != 1 {
			t.Errorf("error %v, ran %q", err, shell.ran)
		}
		if err := b.undoAll(ctx); err != nil || len(shell.order(end)) != 2 {
			t.Errorf("not ended at the end: %v, ran %q", err, shell.ran)
		}
		shell.fails = map[string]string{"systemd-run": "no such directory"}
		if err := OccupyVolume("p", "v").Do(ctx, b.Execution); err == nil || !strings.Contains(err.Error(), "no such directory") {
			t.Errorf("error %v", err)
		}
	})
}
