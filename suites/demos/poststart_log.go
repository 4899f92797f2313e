package demos

import (
	"regexp"
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// logLine is a line of the demonstration's log: a time, and who wrote it.
var logLine = regexp.MustCompile(`(?m)^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) +:(container command started|postStart done)!!!$`)

// Entrypoint and postStart hook of an nginx container each append a line with
// the time to the same file. Both are there; which is first is nobody's promise.
//
//  1. apply the pod and wait until it is ready
//  2. kubectl exec … cat /var/log/testlog.log
//  3. delete it
var _ = Describe("the timestamped postStart log", "demos/poststart_log", func(s *S) {
	s.AsWritten()
	s.Do(Create(), AwaitReady(), Exec("poststart-log", "main-container", "cat", "/var/log/testlog.log"),
		Delete(Grace(time.Second)), AwaitTerminated())

	s.Check("env.filesystem", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Note("exec").With("code", "0")))
		at := map[string]time.Time{}
		for _, m := range logLine.FindAllStringSubmatch(h.First(Note("exec")).Fields["stdout"], -1) {
			at[m[2]], _ = time.Parse("2006-01-02 15:04:05.000", m[1])
		}
		j.Expect(at).To(gomega.And(gomega.HaveKey("container command started"), gomega.HaveKey("postStart done")), "lines of the log")
		j.Measure("entrypoint_before_poststart_seconds",
			[]float64{at["postStart done"].Sub(at["container command started"]).Seconds()}, 0.002)
	})
})
