package demos

import (
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// A postStart hook overwrites the index page, and nginx serves it.
//
//  1. apply the pod and wait until it is ready
//  2. curl its page
//  3. delete it; its preStop hook makes nginx quit
var _ = Describe("the index page that postStart wrote", "demos/index_page", func(s *S) {
	s.AsWritten()
	s.Do(Create(), AwaitReady(), Exec("index-page", "main-container", "curl", "-sS", "--retry", "5", "--retry-connrefused", "http://127.0.0.1/"),
		Delete(Grace(2*time.Second)), AwaitTerminated())

	s.Check("poststart.exec-can-see-main", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Note("exec").With("code", "0")))
		j.Expect(h.First(Note("exec")).Fields["stdout"]).To(gomega.Equal("postStart...\n"), "the page that nginx serves")
	})
})
