package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/fixtures"
	"github.com/hookcheck/hookcheck/framework/cluster"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/run"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// run does what `hookcheck run` promises. Whatever goes wrong once the artifacts
// directory is there also stands in the report.
func (o *runOptions) run(ctx context.Context, s streams) error {
	selected, err := o.resolve()
	if err != nil {
		return err
	}
	images, err := imageOverrides(o.images)
	if err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	began := time.Now()
	id := o.name
	if id == "" {
		id = runID(began)
	}
	dir, err := makeArtifacts(o.artifacts, id)
	if err != nil {
		return err
	}
	catalogue, err := requirement.Load()
	if err != nil {
		return err
	}
	hostname, _ := os.Hostname()
	meta := reports.Meta{
		Run:   reports.Run{ID: id, Started: began.UTC(), Hostname: hostname, Command: os.Args},
		Suite: suite(),
		Selection: reports.Selection{Profile: requirement.Profile(strings.Join(o.profiles, ",")), Requirements: o.requirements, LabelFilter: o.labelFilter,
			Level: o.leastLevel(), NoKnown: o.noKnown, RerunOf: o.rerunOf},
		Catalogue: reports.CatalogueOf(catalogue.All(), len(selected)),
	}
	log, err := reports.CreateLog(dir.path(reports.LogFile), meta, selected)
	if err != nil {
		return err
	}
	sink := newSink(s, log, selected)
	runErr := o.judge(ctx, s, dir, sink, &meta, images, selected)
	sink.close()

	meta.Run.Ended = time.Now().UTC()
	meta.Run.Seconds = time.Since(began).Seconds()
	meta.Run.Interrupted = ctx.Err() != nil
	if runErr != nil && !meta.Run.Interrupted {
		meta.Run.Error = runErr.Error()
	}
	report, err := reports.New(meta, selected, sink.results)
	if err != nil {
		return errors.Join(runErr, err)
	}
	if err := errors.Join(log.End(meta), log.Close(), writeReports(dir.root, report)); err != nil {
		// What was found is on the screen then, and in the log as far as that got.
		return errors.Join(runErr, reports.WriteTable(s.out, report, tableOptions(s, dir.root)),
			fmt.Errorf("%w\nwhat was found until then is in %s: make room, and `hookcheck report %s` writes the reports", err, dir.path(reports.LogFile), dir.root))
	}
	dir.linkLatest(s.err)
	if err := reports.WriteTable(s.out, report, tableOptions(s, dir.root)); err != nil {
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
func (o *runOptions) judge(ctx context.Context, s streams, dir artifacts, sink *sink, meta *reports.Meta, images map[string]string, selected []requirement.Requirement) error {
	config, err := o.connect(ctx, s, meta, images)
	if err != nil {
		return err
	}
	session, err := run.Open(ctx, run.Options{Config: config, ID: meta.Run.ID, Namespace: o.namespace, Node: o.node,
		RuntimeClass: o.runtimeClass, Images: images, Procs: o.procs, Selected: selected, Sink: sink, Artifacts: dir.root, NoKnown: o.noKnown, Nodes: findNode})
	if err != nil {
		return err
	}
	meta.Cluster.Namespace = session.Namespace()
	meta.Cluster.RuntimeClass = o.runtimeClass
	meta.Cluster.ServerVersion = session.Facts.Server
	meta.Cluster.Gates = session.Facts.Gates
	info := session.Node.Status.NodeInfo
	meta.Cluster.Nodes = []reports.Node{{Name: session.Node.Name, KubeletVersion: info.KubeletVersion,
		ContainerRuntimeVersion: info.ContainerRuntimeVersion, OSImage: info.OSImage, KernelVersion: info.KernelVersion,
		Architecture: info.Architecture}}

	session.Start(ctx, scenario.All())
	err = errors.Join(runGinkgo(session, dir.path(ginkgoLog)), session.Close())
	meta.Measurements, meta.Weight = session.Measurements(), weigh(session.Weight())
	return err
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
	meta.Cluster.Context, meta.Cluster.ServerVersion = identity.Context, identity.Version
	return config, nil
}

// runID is a time and four random digits: two runs that begin in one second have
// different names.
func runID(at time.Time) string {
	var random [2]byte
	_, _ = rand.Read(random[:])
	return fmt.Sprintf("%s-%s", at.UTC().Format("20060102-150405"), hex.EncodeToString(random[:]))
}
