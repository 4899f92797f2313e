package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestOutputIsTrimmed(t *testing.T) {
	out, err := Output(t.Context(), "sh", "-c", "echo; echo yes")
	if err != nil || out != "yes" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestErrorTellsWhatTheProgramWrote(t *testing.T) {
	_, err := Output(t.Context(), "sh", "-c", "echo reason >&2; exit 3")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("error %v does not carry exit code 3", err)
	}
	if !strings.Contains(err.Error(), "reason") || !strings.HasPrefix(err.Error(), "sh -c") {
		t.Errorf("error %q names neither the program nor its words", err)
	}
}

func TestContextEndsTheProgram(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Output(ctx, "sleep", "60")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestContextEndsWhatTheProgramStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	pid := make(chan int, 1)
	go func() {
		var n int
		_, _ = fmt.Fscan(r, &n)
		pid <- n
		cancel()
		_, _ = io.Copy(io.Discard, r)
	}()
	_, err := Run(ctx, Cmd{Args: []string{"sh", "-c", "sleep 60 & echo $!; wait"}, Stdout: w})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	child := <-pid
	for range 50 { // its parent is gone, so who reaps it, and when, is up to the system
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child))
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d still runs", child)
}

func TestTail(t *testing.T) {
	if got := tail("a\nb\nc\n", 2); got != "…\nb\nc" {
		t.Errorf("tail = %q", got)
	}
}
