package cluster

import (
	"encoding/json"
	"testing"
)

func TestNetworkOf(t *testing.T) {
	peers := []peer{
		{podCIDR: "10.244.0.0/24", address: "172.18.0.2"},
		{podCIDR: "10.244.1.0/24", address: "172.18.0.3"},
		{podCIDR: "10.244.2.0/24", address: "172.18.0.4"},
	}
	script, conflist := networkOf(peers, 1)
	golden(t, "network.txt", []byte(script+"\n"+conflist))
	if !json.Valid([]byte(conflist)) {
		t.Error("the CNI configuration is not JSON")
	}
}
