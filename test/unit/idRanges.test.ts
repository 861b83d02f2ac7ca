import fc from 'fast-check';

import { readIdRanges, writeIdRanges } from '../../nodes/AlfaCrm/trigger/idRanges';

it('IDs as ranges are the same IDs, in whatever order they come, in the fewest ranges', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 }), (ids) => {
			const sorted = [...new Set(ids)].sort((one, other) => one - other);
			const ranges = writeIdRanges(ids);
			expect([...readIdRanges(ranges)]).toEqual(sorted);
			const starts = sorted.filter((id) => !ids.includes(id - 1));
			expect(ranges.split(',').filter(Boolean)).toHaveLength(starts.length);
		}),
	);
});

it.each([
	['5-7,9', [5, 6, 7, 9]],
	['9,5-7,', [9, 5, 6, 7]],
	['', []],
])('%j are the IDs %j', (ranges, ids) => {
	expect([...readIdRanges(ranges)]).toEqual(ids);
});
