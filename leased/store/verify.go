package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of bbolt's pages (file format 2): a header of 16 octets, then elements that point at keys, values and pages.
const (
	pageHeader  = 16
	pageElement = 16
	pageBranch  = 0x01
	pageLeaf    = 0x02
	leafBucket  = 0x01
	bucketSize  = 16 // root page and sequence, in front of an inline page
)

// verifier walks all pages that can be reached from the root, reading the file instead of mapping it.
//
// bbolt trusts its pages: one that is damaged or cut off makes it panic or fault in a goroutine of its own while it opens the
// file, where nothing can recover. So what it would follow blindly is checked here first: that every page is in the
// file, says it is the page it should be, is reached once (a lost write can tie a loop), and has its elements inside.
// What is written in the records is not looked at; Load does that.
type verifier struct {
	file     io.ReaderAt
	pageSize int
	pages    uint64 // high water mark
	seen     map[uint64]struct{}
}

// tree checks a page and what is below.
func (v *verifier) tree(id uint64) error {
	if id < 2 || id >= v.pages {
		return fmt.Errorf("page %d is outside the file", id)
	}
	if _, ok := v.seen[id]; ok {
		return fmt.Errorf("page %d is used twice", id)
	}
	v.seen[id] = struct{}{}

	page := make([]byte, v.pageSize)
	if err := v.read(page, id); err != nil {
		return err
	}
	if got := binary.NativeEndian.Uint64(page); got != id {
		return fmt.Errorf("page %d holds page %d", id, got)
	}
	if overflow := uint64(binary.NativeEndian.Uint32(page[12:])); overflow > 0 {
		if overflow >= v.pages-id {
			return fmt.Errorf("page %d ends outside the file", id)
		}
		for n := id + 1; n <= id+overflow; n++ {
			if _, ok := v.seen[n]; ok {
				return fmt.Errorf("page %d is used twice", n)
			}
			v.seen[n] = struct{}{}
		}
		page = make([]byte, (overflow+1)*uint64(v.pageSize))
		if err := v.read(page, id); err != nil {
			return err
		}
	}
	if err := v.elements(page); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// read fills p from page id on.
func (v *verifier) read(p []byte, id uint64) error {
	if _, err := v.file.ReadAt(p, int64(id)*int64(v.pageSize)); errors.Is(err, io.EOF) {
		return fmt.Errorf("the file ends inside page %d", id)
	} else if err != nil {
		return fmt.Errorf("read page %d: %w", id, err)
	}
	return nil
}

// elements checks the elements of a page, and follows them.
func (v *verifier) elements(page []byte) error {
	flags, count := binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
	if pageHeader+count*pageElement > len(page) {
		return fmt.Errorf("%d elements do not fit", count)
	}
	for i := range count {
		at := pageHeader + i*pageElement
		e := page[at : at+pageElement]
		switch flags {
		case pageBranch:
			pos, key := binary.NativeEndian.Uint32(e), binary.NativeEndian.Uint32(e[4:])
			if _, err := within(page, at, pos, key, 0); err != nil {
				return err
			}
			if err := v.tree(binary.NativeEndian.Uint64(e[8:])); err != nil {
				return err
			}
		case pageLeaf:
			pos, key, size := binary.NativeEndian.Uint32(e[4:]), binary.NativeEndian.Uint32(e[8:]), binary.NativeEndian.Uint32(e[12:])
			value, err := within(page, at, pos, key, size)
			if err != nil {
				return err
			}
			if binary.NativeEndian.Uint32(e)&leafBucket != 0 {
				if err := v.bucket(value); err != nil {
					return err
				}
			}
		default:
			return fmt.Errorf("unknown kind %#x", flags)
		}
	}
	if flags != pageLeaf && count == 0 {
		return fmt.Errorf("empty page of kind %#x", flags)
	}
	return nil
}

// bucket checks the pages of a bucket: elsewhere, or inside its value if it is small.
func (v *verifier) bucket(value []byte) error {
	if len(value) < bucketSize {
		return errors.New("a bucket is too short")
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return v.tree(root)
	}
	if len(value) < bucketSize+pageHeader {
		return errors.New("an inline bucket is too short")
	}
	return v.elements(value[bucketSize:])
}

// within returns the value of an element at offset at whose key is pos octets further on, if both are inside the page.
func within(page []byte, at int, pos, key, value uint32) ([]byte, error) {
	start := uint64(at) + uint64(pos) + uint64(key)
	end := start + uint64(value)
	if end > uint64(len(page)) {
		return nil, errors.New("an element lies outside")
	}
	return page[start:end], nil
}
