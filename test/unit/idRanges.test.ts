import fc from 'fast-check';

import { readIdRanges, writeIdRanges } from '../../nodes/AlfaCrm/trigger/idRanges';

const someIds = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });

describe('writeIdRanges', () => {
	it('readIdRanges reads the IDs that writeIdRanges has written, each once and sorted', () => {
		fc.assert(
			fc.property(someIds, (ids) => {
				const distinctIds = [...new Set(ids)].sort((a, b) => a - b);

				expect([...readIdRanges(writeIdRanges(ids))]).toEqual(distinctIds);
			}),
		);
	});

	it('writeIdRanges writes one range for each run of adjacent IDs', () => {
		fc.assert(
			fc.property(someIds, (ids) => {
				const distinctIds = new Set(ids);
				const starts = [...distinctIds].filter((id) => !distinctIds.has(id - 1));

				const ranges = writeIdRanges(ids).split(',').filter(Boolean);

				expect(ranges).toHaveLength(starts.length);
			}),
		);
	});
});

describe('readIdRanges', () => {
	it.each([
		{ text: '5-7,9', ids: [5, 6, 7, 9] },
		{ text: '9,5-7,', ids: [9, 5, 6, 7] },
		{ text: '', ids: [] },
	])('readIdRanges reads $text as $ids', ({ text, ids }) => {
		expect([...readIdRanges(text)]).toEqual(ids);
	});
});
