package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
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

// verify checks the structure of the file at path. It holds bbolt's lock meanwhile, shared, so that nobody writes.
func verify(path string) error {
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout})
	if err != nil {
		return err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		pageSize := db.Info().PageSize
		pages := uint64(tx.Size()) / uint64(pageSize)
		v := verifier{file: file, pageSize: pageSize, pages: pages, seen: make([]uint64, pages/64+1)}
		return v.tree(uint64(tx.Cursor().Bucket().RootPage()), 0, nil, nil)
	})
	return errors.Join(err, db.Close())
}

// verifier walks all pages that can be reached from the root, reading the file instead of mapping it.
//
// What bbolt would follow blindly is checked: that every page is in the file, says it is the page it should be, is reached once
// (a lost write can tie a loop), has its elements inside and its keys in order. What is in the values is not looked at; that is
// for those who know what they mean.
type verifier struct {
	file     io.ReaderAt
	pageSize int
	pages    uint64   // high water mark
	seen     []uint64 // a bit for each page
	buffers  [][]byte // by depth: room for the page that is looked at
}

// use notes that a page is used. It reports whether it was not before.
func (v *verifier) use(id uint64) bool {
	at, bit := &v.seen[id/64], uint64(1)<<(id%64)
	fresh := *at&bit == 0
	*at |= bit
	return fresh
}

// buffer returns room for pages at a depth of the tree, where only one is looked at at a time.
func (v *verifier) buffer(depth int, size uint64) []byte {
	if depth == len(v.buffers) {
		v.buffers = append(v.buffers, nil)
	}
	if uint64(cap(v.buffers[depth])) < size {
		v.buffers[depth] = make([]byte, size)
	}
	return v.buffers[depth][:size]
}

// tree checks a page and what is below. Its keys must be low or greater and less than high, where high is not nil.
func (v *verifier) tree(id uint64, depth int, low, high []byte) error {
	if id < 2 || id >= v.pages {
		return fmt.Errorf("page %d is outside the file", id)
	}
	if !v.use(id) {
		return fmt.Errorf("page %d is used twice", id)
	}
	page := v.buffer(depth, uint64(v.pageSize))
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
			if !v.use(n) {
				return fmt.Errorf("page %d is used twice", n)
			}
		}
		page = v.buffer(depth, (overflow+1)*uint64(v.pageSize))
		if err := v.read(page, id); err != nil {
			return err
		}
	}
	if err := v.elements(page, depth, low, high); err != nil {
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
func (v *verifier) elements(page []byte, depth int, low, high []byte) error {
	flags, count := binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
	if flags != pageLeaf && (flags != pageBranch || count == 0) {
		return fmt.Errorf("kind %#x with %d elements", flags, count)
	}
	if pageHeader+count*pageElement > len(page) {
		return fmt.Errorf("%d elements do not fit", count)
	}
	var last element
	for i := range count {
		e, err := elementAt(page, i, flags)
		if err != nil {
			return err
		}
		if i > 0 && bytes.Compare(last.key, e.key) >= 0 || bytes.Compare(low, e.key) > 0 ||
			high != nil && bytes.Compare(e.key, high) >= 0 {
			return fmt.Errorf("key %x is out of order", e.key)
		}
		// A page below a branch reaches up to the key of the next one.
		if i > 0 && flags == pageBranch {
			if err := v.tree(last.child, depth+1, last.key, e.key); err != nil {
				return err
			}
		}
		if e.bucket {
			if err := v.bucket(e.value, depth); err != nil {
				return err
			}
		}
		last = e
	}
	if flags == pageBranch {
		return v.tree(last.child, depth+1, last.key, high)
	}
	return nil
}

// bucket checks the pages of a bucket: elsewhere, or inside its value if it is small.
func (v *verifier) bucket(value []byte, depth int) error {
	if len(value) < bucketSize {
		return errors.New("a bucket is too short")
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return v.tree(root, depth+1, nil, nil)
	}
	if len(value) < bucketSize+pageHeader {
		return errors.New("an inline bucket is too short")
	}
	return v.elements(value[bucketSize:], depth, nil, nil)
}

// element is what one element of a page points at.
type element struct {
	key, value []byte
	child      uint64 // page below a branch
	bucket     bool   // value is a bucket
}

// elementAt returns element i, if it lies inside its page. The position in an element counts from the element.
func elementAt(page []byte, i int, flags uint16) (element, error) {
	at := pageHeader + i*pageElement
	var e element
	var pos, key, value uint32
	if b := page[at:]; flags == pageBranch {
		pos, key = binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint32(b[4:])
		e.child = binary.NativeEndian.Uint64(b[8:])
	} else {
		pos, key, value = binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[8:]), binary.NativeEndian.Uint32(b[12:])
		e.bucket = binary.NativeEndian.Uint32(b)&leafBucket != 0
	}
	start := uint64(at) + uint64(pos)
	middle := start + uint64(key)
	end := middle + uint64(value)
	if end > uint64(len(page)) {
		return e, fmt.Errorf("element %d lies outside", i)
	}
	e.key, e.value = page[start:middle], page[middle:end]
	return e, nil
}
