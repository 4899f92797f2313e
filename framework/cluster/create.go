package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	kindcluster "sigs.k8s.io/kind/pkg/cluster"
)

const (
	// adoptPoll is how often the engine is asked for new node containers while
	// kind creates them, to have them in the record soon.
	adoptPoll = 500 * time.Millisecond
	// cleanupTimeout bounds the removal of a failed or interrupted creation.
	// Removing one node takes about a second.
	cleanupTimeout = 30 * time.Second
)

// create makes the cluster, whose name no container carries, and waits until it
// is ready. On failure it exports the logs and removes what was created.
func (k *Kind) create(ctx context.Context, s state, image nodeImage, config []byte) (*Record, error) {
	// An image may have been pulled since anybody looked. From here on, what
	// carries the name is ours: what it carries now would be removed by undo.
	there, err := k.engine.containers(ctx, k.name)
	if err != nil {
		return nil, err
	}
	if len(there) > 0 {
		return nil, k.taken()
	}
	k.log.line("Creating cluster %q: %s from %s …", k.name, nodeCount(k.nodes), image.Ref)
	if k.log.verbosity > 0 {
		k.log.line("%s", config)
	}
	if err := s.forget(k.name); err != nil { // a stale kubeconfig would be merged into
		return nil, err
	}
	record := &Record{
		Schema: recordSchema, Name: k.name, Kubernetes: k.kubernetes, Image: image.Ref, FeatureGates: k.gates,
		Created: time.Now(), Containers: map[string]RecordedContainer{},
	}
	if err := s.save(record); err != nil {
		return nil, err
	}
	err = k.runKind(ctx, s, record, config)
	if takenByAnother(err) {
		if err := s.forget(k.name); err != nil {
			return nil, err
		}
		return nil, k.taken()
	}
	if err == nil {
		err = k.finish(ctx, s, record, image)
	}
	if err == nil {
		record.Complete = true
		err = s.save(record)
	}
	if err != nil {
		return nil, k.undo(ctx, s, err)
	}
	return record, nil
}

// taken is the error for a name that was free when we looked first.
func (k *Kind) taken() error {
	return notOursf("create cluster %q: somebody else created one of that name at this moment; choose another name with --name", k.name)
}

// runKind runs kind's creation and records the containers as they appear. When
// ctx ends first, the containers are removed, so that the command inside them
// that kind waits for fails: kind's library takes no context.
func (k *Kind) runKind(ctx context.Context, s state, record *Record, config []byte) error {
	done := make(chan error, 1)
	go func() {
		done <- k.provider().Create(k.name,
			kindcluster.CreateWithRawConfig(config),
			// The evidence is exported before the nodes are removed; by us.
			kindcluster.CreateWithRetain(true),
			kindcluster.CreateWithKubeconfigPath(s.kubeconfigPath(k.name)),
			// Readiness is awaited by us: kind asks in a busy loop of kubectl.
			kindcluster.CreateWithWaitForReady(0),
		)
	}()
	tick := time.NewTicker(adoptPoll)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if takenByAnother(err) {
				return err
			}
			return errors.Join(err, k.adopt(context.WithoutCancel(ctx), s, record))
		case <-ctx.Done():
			k.removeByName(context.WithoutCancel(ctx))
			select {
			case err := <-done:
				k.log.kind(1, "interrupted: %v", err)
			case <-time.After(cleanupTimeout):
			}
			return context.Cause(ctx)
		case <-tick.C:
			if len(record.Containers) < k.nodes {
				if err := k.adopt(ctx, s, record); err != nil {
					k.log.kind(1, "%v", err)
				}
			}
		}
	}
}

// adopt takes the containers that carry the cluster's name into the record.
func (k *Kind) adopt(ctx context.Context, s state, record *Record) error {
	ctx, cancel := context.WithTimeout(ctx, cleanupTimeout)
	defer cancel()
	containers, err := k.engine.containers(ctx, k.name)
	if err != nil {
		return err
	}
	known := len(record.Containers)
	for _, c := range containers {
		record.Containers[c.ID] = RecordedContainer{Name: c.Name}
	}
	if len(record.Containers) == known {
		return nil
	}
	return s.save(record)
}

// takenByAnother tells whether kind failed because the name, or the name of a
// node container, was taken after we had looked
// (sigs.k8s.io/kind/pkg/cluster/internal/create, func alreadyExists; Docker).
func takenByAnother(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error() + "\n" + outputOf(err)
	return strings.Contains(text, "already exist for a cluster with the name") ||
		strings.Contains(text, "is already in use by container")
}

// undo removes a failed or interrupted creation and explains it. The logs are
// exported first, unless the user has interrupted.
func (k *Kind) undo(ctx context.Context, s state, cause error) error {
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout+exportTimeout)
	defer cancel()
	containers, err := k.engine.containers(clean, k.name)
	if err != nil {
		return environmentf("create cluster %q: %w; its remains could not be removed: %v", k.name, cause, err)
	}
	where := ""
	if ctx.Err() != nil {
		cause = context.Cause(ctx) // what failed then, failed because of it
	} else {
		dir := k.exportBeforeRemoval(clean, s, containers)
		text := fmt.Sprintf("%v\n\n%s\n", cause, outputOf(cause))
		if err := os.MkdirAll(dir, 0o755); err == nil && os.WriteFile(filepath.Join(dir, "create-error.txt"), []byte(text), 0o644) == nil {
			where = "; see " + dir
		}
	}
	if err := k.remove(clean, s, containers); err != nil {
		return environmentf("create cluster %q: %w; its remains could not be removed: %v", k.name, cause, err)
	}
	return environmentf("create cluster %q: %w%s", k.name, brief(cause), where)
}

// removeByName removes what an interrupted creation has made so far. No other
// container carried the name when it began.
func (k *Kind) removeByName(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, cleanupTimeout)
	defer cancel()
	containers, err := k.engine.containers(ctx, k.name)
	if err == nil {
		err = k.engine.remove(ctx, ids(containers))
	}
	if err != nil {
		k.log.line("Cluster %q: %v", k.name, err)
	}
}

// remove deletes the containers, the record and the kubeconfig.
func (k *Kind) remove(ctx context.Context, s state, containers []Container) error {
	if err := k.engine.remove(ctx, ids(containers)); err != nil {
		return err
	}
	k.rest = nil
	return s.forget(k.name)
}

func ids(containers []Container) []string {
	var ids []string
	for _, c := range containers {
		ids = append(ids, c.ID)
	}
	return ids
}
