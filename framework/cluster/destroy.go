package cluster

import (
	"context"
	"fmt"
)

// Destroy removes the cluster, healthy or not, with its record and kubeconfig.
// Where there is none of that name it does nothing. One that is not ours is
// refused with ErrNotOurs.
func (k *Kind) Destroy(ctx context.Context) error {
	_, err := k.Delete(ctx)
	return err
}

// Delete is Destroy that also says whether there was anything to remove.
func (k *Kind) Delete(ctx context.Context) (existed bool, err error) {
	if err := ValidateName(k.name); err != nil {
		return false, err
	}
	s, err := k.state()
	if err != nil {
		return false, err
	}
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return false, err
	}
	defer unlock()
	containers, err := k.engine.containers(ctx, k.name)
	if err != nil {
		return false, err
	}
	seen := Seen{Containers: containers}
	seen.Record, seen.RecordErr = s.load(k.name)
	if len(containers) == 0 {
		return seen.Record != nil || seen.RecordErr != nil, s.forget(k.name)
	}
	if foreign := seen.foreign(); foreign != "" {
		return false, k.refusal("delete", Decision{Reasons: []string{foreign}}, "leave it alone")
	}
	return true, k.remove(ctx, s, containers)
}

// DeleteMessage tells the user what Delete did with the named cluster.
func DeleteMessage(name string, existed bool) string {
	if existed {
		return fmt.Sprintf("Cluster %q deleted.", name)
	}
	return fmt.Sprintf("There is no cluster %q; nothing was deleted. See hookcheck cluster list.", name)
}
