package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kind/pkg/cluster"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/lab"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/matrix"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/policy"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/trial"

	// The suites register their scenarios when they are initialised.
	_ "github.com/hookcheck/hookcheck/suites"
)

// Names of what a trial writes to its directory.
const (
	matrixFile = "matrix.json"
	pageFile   = "matrix.md"
)

// laboratory is what a trial needs of the cluster.
type laboratory struct {
	*lab.Lab
	client kubernetes.Interface
}

func (l laboratory) Rewrite(ctx context.Context, d mutant.Definition, prefix string) (func(context.Context) error, error) {
	p := policy.New(d, prefix)
	return func(ctx context.Context) error { return p.Remove(ctx, l.client) }, p.Apply(ctx, l.client)
}

func (l laboratory) RuntimeClass(d mutant.Definition) string { return lab.Class(d.ID) }

// try tries the mutants that are asked for, in a laboratory with all definitions in it, and those behind a feature
// gate in another that has it on.
func try(ctx context.Context, o options, version string, all, chosen []mutant.Definition, built map[string]string, out io.Writer) error {
	var m *matrix.Matrix
	var errs error
	for _, gate := range gates(chosen) {
		of := slices.DeleteFunc(slices.Clone(chosen), func(d mutant.Definition) bool { return d.Gate != gate })
		options := lab.Options{Name: o.cluster, Kubernetes: version, Binaries: built, Definitions: all, Hookcheck: o.hookcheck}
		dir := o.artifacts
		if gate != "" {
			options.Name += "-" + strings.ToLower(gate)
			options.Gates = map[string]bool{gate: true}
			dir = filepath.Join(dir, gate)
		}
		part, err := tryIn(ctx, o, options, dir, of, out)
		errs = errors.Join(errs, err)
		switch {
		case part == nil || len(part.Mutants) == 0:
		case m == nil:
			m = part
		default:
			m.Merge(part)
		}
	}
	if m != nil {
		errs = errors.Join(errs, tell(m, o, out))
	}
	return errs
}

// gates are those that the definitions ask for, "" first.
func gates(definitions []mutant.Definition) (names []string) {
	for _, d := range definitions {
		names = append(names, d.Gate)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// tryIn makes a laboratory and tries the mutants in it.
func tryIn(ctx context.Context, o options, options lab.Options, dir string, chosen []mutant.Definition, out io.Writer) (m *matrix.Matrix, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "lab.txt"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	options.Log = io.MultiWriter(out, log)
	l, err := lab.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close(context.WithoutCancel(ctx))) }()
	// Not --kind: that replaces a cluster which looks broken, as it may with a mutant active.
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := cluster.NewProvider(cluster.ProviderWithDocker()).ExportKubeConfig(l.Name, kubeconfig, false); err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	t, err := trial.New(laboratory{l, client}, trial.Options{
		Hookcheck: o.hookcheck, Arguments: []string{"--kubeconfig", kubeconfig}, Kubernetes: options.Kubernetes, Command: o.command,
		Dir: dir, Side: o.side, Procs: o.procs, Took: took(o.into), Thorough: o.thorough, NamedOnly: o.namedOnly, Output: out,
	})
	if err != nil {
		return nil, err
	}
	return t.Run(ctx, chosen)
}

// took is how long the mutants of an earlier trial took, by the matrix in that file; nothing where there is none.
func took(file string) map[string]float64 {
	m, err := matrix.Read(file)
	if err != nil {
		return nil
	}
	seconds := map[string]float64{}
	for _, line := range m.Mutants {
		seconds[line.ID] = line.Seconds
	}
	return seconds
}

// again writes the page of a matrix that is there.
func again(o options) error {
	m, err := matrix.Read(o.from)
	if err != nil {
		return err
	}
	if o.page == "" {
		return errors.New("-from: say by -page where the page is to be written")
	}
	return os.WriteFile(o.page, []byte(m.Page()), 0o644)
}

// tell writes the matrix and says what came of it.
func tell(m *matrix.Matrix, o options, out io.Writer) error {
	dir := o.artifacts
	if o.into != "" {
		if o.mutants != "" {
			before, err := matrix.Read(o.into)
			if err != nil {
				return err
			}
			before.Merge(m)
			m = before
		}
		if err := m.Write(o.into); err != nil {
			return err
		}
	}
	if err := m.Write(filepath.Join(dir, matrixFile)); err != nil {
		return err
	}
	page := filepath.Join(dir, pageFile)
	if o.page != "" {
		page = o.page
	}
	if err := os.WriteFile(page, []byte(m.Page()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d of %d mutants killed, %d survived, %d unclear; %d equivalent, %d not tried; %.0f min; %s, %s\n", m.Count(matrix.Killed),
		m.Tried(), m.Count(matrix.Survived), m.Count(matrix.Unclear), m.Count(matrix.Equivalent), m.Count(matrix.NotTried), m.Seconds/60,
		filepath.Join(dir, matrixFile), page)
	if i := slices.IndexFunc(m.Mutants, func(x matrix.Mutant) bool { return x.Outcome == matrix.Fails }); i >= 0 {
		return fmt.Errorf("control %s fails: %s", m.Mutants[i].ID, m.Mutants[i].Reason)
	}
	if !m.Green() {
		return errors.New("not every mutant is killed")
	}
	return nil
}
