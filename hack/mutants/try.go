package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

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

// try makes the laboratory with all definitions in it, and tries those that are asked for.
func try(ctx context.Context, o options, version string, all, chosen []mutant.Definition, built map[string]string, out io.Writer) (err error) {
	dir, err := filepath.Abs(o.artifacts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "lab.txt"))
	if err != nil {
		return err
	}
	defer log.Close()
	l, err := lab.Open(ctx, lab.Options{Name: o.cluster, Kubernetes: version, Binaries: built, Definitions: all, Log: io.MultiWriter(out, log)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close(context.WithoutCancel(ctx))) }()
	// Not --kind: that replaces a cluster which looks broken, as it may with a mutant active.
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := cluster.NewProvider(cluster.ProviderWithDocker()).ExportKubeConfig(l.Name, kubeconfig, false); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	t, err := trial.New(laboratory{l, client}, trial.Options{
		Hookcheck: o.hookcheck, Arguments: []string{"--kubeconfig", kubeconfig}, Kubernetes: version, Command: o.command,
		Dir: dir, Side: o.side, Procs: o.procs, Thorough: o.thorough, NamedOnly: o.namedOnly, Output: out,
	})
	if err != nil {
		return err
	}
	m, err := t.Run(ctx, chosen)
	if m != nil && len(m.Mutants) > 0 {
		err = errors.Join(err, tell(m, o, dir, out))
	}
	return err
}

// tell writes the matrix and says what came of it.
func tell(m *matrix.Matrix, o options, dir string, out io.Writer) error {
	if o.into != "" {
		before, err := matrix.Read(o.into)
		switch {
		case err == nil:
			before.Merge(m)
			m = before
		case !errors.Is(err, os.ErrNotExist):
			return err
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
