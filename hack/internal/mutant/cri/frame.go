package cri

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// A frame is a message as it came.
type frame []byte

// asItCame is the codec that neither reads nor changes messages.
type asItCame struct{}

func (asItCame) Marshal(v any) (mem.BufferSlice, error) {
	f, ok := v.(*frame)
	if !ok {
		return nil, fmt.Errorf("%T is no message as it came", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(*f)}, nil
}

func (asItCame) Unmarshal(data mem.BufferSlice, v any) error {
	f, ok := v.(*frame)
	if !ok {
		return fmt.Errorf("%T is no message as it came", v)
	}
	*f = data.Materialize()
	return nil
}

// Name is that of the codec on both sides, which goes into the content type.
func (asItCame) Name() string { return "proto" }
