package demos

import (
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A preStop hook writes to a hostPath; the file is there when the pod is gone.
//
//  1. apply an nginx whose preStop hook writes a message to a directory of the node
//  2. wait until it is ready; delete it; wait until it is gone
//  3. a second pod on the same node reads the message and removes the directory
var _ = Describe("preStop writes to a hostPath", "demos/hostpath", func(s *S) {
	s.AsWritten()
	s.Do(Create("hostpath"), AwaitReady("hostpath"), Delete(Grace(5*time.Second)), AwaitTerminated("hostpath"), Release("hostpath"),
		Create("hostpath-reader"), AwaitTerminated("hostpath-reader"))

	s.Check("prestop.hostpath-survives", func(j *judge.J, h *History) {
		j.Expect(h).To(HappenBefore(Removed().Of("hostpath"), StepBegin("create").Of("hostpath-reader")))
		j.Expect(h).To(Contain(Entry("file").Of("hostpath-reader").With("content", "Hello from the preStop Handler\n")))
	})
})
