package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/run"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// run does what `hookcheck run` promises. Whatever goes wrong once the artifacts
// directory is there also stands in the report, except that a run which cannot be
// gone on with is left as it is.
func (o *runOptions) run(ctx context.Context, s streams) error {
	images, err := imageOverrides(o.images)
	if err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	begin := o.begin
	if o.resume != "" {
		begin = func(s streams) (*part, error) { return o.goOn(s, o.resume) }
	}
	p, err := begin(s)
	if err != nil {
		return err
	}
	sink := newSink(s, p.log, p.missing(), p.before.Results)
	var runErr error
	if !o.dryRun {
		runErr = o.judge(ctx, s, p, sink, images)
	}
	sink.close()
	if p.resumes() && !p.ready {
		return errors.Join(fmt.Errorf("%w\nnothing was run, and %s is as it was", runErr, p.dir.root), p.log.Close())
	}
	p.meta.Run.Interrupted = ctx.Err() != nil
	if runErr != nil && !p.meta.Run.Interrupted {
		p.meta.Run.Error, p.meta.Run.BrokeOff = runErr.Error(), p.ready
	}
	report, err := p.report(s, sink.results)
	if err != nil {
		return errors.Join(runErr, err)
	}
	if err := errors.Join(p.log.End(p.meta), p.log.Close(), writeReports(p.dir.root, report)); err != nil {
		// What was found is on the screen then, and in the log as far as that got.
		return errors.Join(runErr, reports.WriteTable(s.out, report, tableOptions(s, p.dir.root)),
			fmt.Errorf("%w\nwhat was found until then is in %s: make room, and `hookcheck report %s` writes the reports, `hookcheck run --resume %s` runs what is missing",
				err, p.dir.path(reports.LogFile), p.dir.root, p.dir.root))
	}
	if err := reports.WriteTable(s.out, report, tableOptions(s, p.dir.root)); err != nil {
		return err
	}
	if errors.Is(runErr, cluster.ErrUsage) {
		return &exitError{code: reports.ExitUsage}
	}
	var exit *exitError
	if errors.As(runErr, &exit) {
		return &exitError{code: exit.code}
	}
	if report.ExitCode != 0 {
		return &exitError{code: report.ExitCode}
	}
	return nil
}

// judge connects, sets the run up, lets Ginkgo report the scenarios, and removes
// what was created.
func (o *runOptions) judge(ctx context.Context, s streams, p *part, sink *sink, images map[string]string) error {
	config, err := o.connect(ctx, s, &p.meta, images)
	if err != nil {
		return err
	}
	if err := p.sameRun(); err != nil { // before anything is created in a cluster
		return err
	}
	session, err := run.Open(ctx, run.Options{Config: config, ID: p.meta.Run.ID, Namespace: o.namespace, Node: o.node,
		RuntimeClass: o.runtimeClass, Images: images, Procs: o.procs, Selected: p.missing(), Sink: sink, Artifacts: p.dir.root, NoKnown: o.noKnown,
		Nodes: findNode, Ready: func(session *run.Session) error { return p.setUp(clusterOf(session, o.runtimeClass)) }, Recorded: p.recorded})
	if err != nil {
		return err
	}
	session.Start(ctx, scenario.All())
	err = errors.Join(runGinkgo(session, p.dir.path(ginkgoLog)), session.Close())
	p.meta.Measurements, p.meta.Weight = session.Measurements(), weigh(session.Weight())
	return err
}

// clusterOf says in the report's words what a session found.
func clusterOf(session *run.Session, runtimeClass string) reports.Cluster {
	info := session.Node.Status.NodeInfo
	return reports.Cluster{Namespace: session.Namespace(), RuntimeClass: runtimeClass, ServerVersion: session.Facts.Server, Gates: session.Facts.Gates,
		Nodes: []reports.Node{{Name: session.Node.Name, KubeletVersion: info.KubeletVersion, ContainerRuntimeVersion: info.ContainerRuntimeVersion,
			OSImage: info.OSImage, KernelVersion: info.KernelVersion, Architecture: info.Architecture}}}
}

// weigh says in the report's words what a run cost.
func weigh(w run.Weight) *reports.Weight {
	made := 0
	for _, n := range w.ByScenario {
		made += n
	}
	report := &reports.Weight{Requests: w.Requests, RequestsByScenario: w.ByScenario, Pods: w.Pods, PeakRSS: w.PeakRSS}
	if w.Running > 0 {
		report.RequestsPerSecond = math.Round(float64(made)/w.Running.Seconds()*1000) / 1000
	}
	return report
}

// connect finds the cluster and completes the images: archives beside the binary
// are loaded into a kind cluster, and name the tags that another cluster should
// have; without an archive it is the published image, if there is one.
func (o *runOptions) connect(ctx context.Context, s streams, meta *reports.Meta, images map[string]string) (*rest.Config, error) {
	archives, err := archives()
	if err != nil {
		return nil, err
	}
	meta.Cluster.Provider = "kubeconfig"
	if o.kind != "" {
		meta.Cluster.Provider = "kind"
		k, err := o.ensure(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, a := range archives {
			if images[a.Image.Reference] == "" {
				if err := k.LoadImageArchive(ctx, a.Path, a.Reference); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, a := range archives {
		if images[a.Image.Reference] == "" {
			images[a.Image.Reference] = a.Reference
		}
	}
	all, err := fixtures.Images()
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if images[i.Reference] == "" && i.Published != "" {
			images[i.Reference] = i.Published
		}
	}
	config, identity, err := o.find(ctx)
	if err != nil {
		return nil, err
	}
	meta.Cluster.Context, meta.Cluster.ServerVersion, meta.Cluster.UID = identity.Context, identity.Version, identity.UID
	return config, nil
}

// runID is a time and four random digits: two runs that begin in one second have
// different names.
func runID(at time.Time) string {
	var random [2]byte
	_, _ = rand.Read(random[:])
	return fmt.Sprintf("%s-%s", at.UTC().Format("20060102-150405"), hex.EncodeToString(random[:]))
}
