// Package suitetest runs the specs of a suite by `go test` or the ginkgo
// command, against the cluster that the environment names:
//
//	HOOKCHECK_KUBECONFIG=~/.kube/config go test ./suites/grace -run TestSuite -v
//	HOOKCHECK_KUBECONFIG=~/.kube/config ginkgo -p ./suites/grace
//
// HOOKCHECK_CONTEXT chooses a context, HOOKCHECK_IMAGES=name=ref,… images. It is
// for people who work on a suite; what judges a cluster is `hookcheck run`, whose
// verdicts and reports these specs do not replace.
package suitetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/run"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// procs is how many scenarios of a suite run at once where Ginkgo does not deal
// them out to processes.
const procs = 8

// Run runs the specs that are registered in the test binary. Without
// HOOKCHECK_KUBECONFIG it skips: unit tests need no cluster.
func Run(t *testing.T) {
	kubeconfig := os.Getenv("HOOKCHECK_KUBECONFIG")
	if kubeconfig == "" {
		t.Skip("set HOOKCHECK_KUBECONFIG to run the suite against a cluster")
	}
	images, err := images()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	config, _, err := cluster.Connect(t.Context(), kubeconfig, os.Getenv("HOOKCHECK_CONTEXT"))
	if err != nil {
		t.Fatal(err)
	}
	suite, reporter := ginkgo.GinkgoConfiguration()
	ahead := procs
	if suite.ParallelTotal > 1 {
		ahead = 0
	}
	gomega.RegisterFailHandler(ginkgo.Fail)
	var session *run.Session
	ginkgo.BeforeSuite(func() {
		session, err = run.Open(t.Context(), run.Options{Config: config, ID: id(suite.ParallelProcess), Images: images,
			Procs: ahead, Selected: catalogue.All(), Sink: sink{}, Artifacts: t.TempDir(), Nodes: findNode})
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		scenario.Use(session)
		if ahead > 0 {
			session.Start(t.Context(), scenario.All())
		}
	})
	ginkgo.AfterSuite(func() {
		if session != nil {
			gomega.Expect(session.Close()).To(gomega.Succeed())
		}
	})
	ginkgo.RunSpecs(t, "hookcheck", suite, reporter)
}

// findNode finds the way onto a node: of a kind cluster of this machine.
func findNode(ctx context.Context, node *corev1.Node) (scenario.Shell, string) {
	n, reason := cluster.FindNode(ctx, node)
	if n == nil { // not a nil *cluster.Node in a Shell
		return nil, reason
	}
	return n, ""
}

// id names a run of one process.
func id(process int) string {
	return time.Now().UTC().Format("20060102-150405.000")[:15] + "-p" + string(rune('a'+process%26))
}

// images takes the references from the environment, else from the archives that
// `make images` built.
func images() (map[string]string, error) {
	all, err := fixtures.Images()
	if err != nil {
		return nil, err
	}
	use := map[string]string{}
	built, err := fixtures.Archives(filepath.Join("..", "..", "bin", fixtures.ArchiveDir))
	if err != nil {
		return nil, err
	}
	for _, a := range built {
		use[a.Image.Reference] = a.Reference
	}
	for pair := range strings.SplitSeq(os.Getenv("HOOKCHECK_IMAGES"), ",") {
		name, reference, _ := strings.Cut(pair, "=")
		for _, i := range all {
			if i.Name == name && reference != "" {
				use[i.Reference] = reference
			}
		}
	}
	return use, nil
}

// sink leaves the reporting to Ginkgo.
type sink struct{}

func (sink) Started(string)                        {}
func (sink) Finished(string, []requirement.Result) {}
func (sink) Result(requirement.Result) error       { return nil }
func (sink) Warn(text string)                      { ginkgo.GinkgoWriter.Println("warning:", text) }
