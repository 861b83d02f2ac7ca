import fc from 'fast-check';

import { IdRanges } from '../../nodes/AlfaCrm/trigger/idRanges';

const ids = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
const members = (ranges: IdRanges) =>
	Array.from({ length: 70 }, (_, id) => id).filter((id) => ranges.has(id));
const sorted = (set: Iterable<number>) => [...new Set(set)].sort((a, b) => a - b);

describe('a set of IDs', () => {
	it('holds what was added, in whatever order, and nothing else, also once it was kept as text, in the fewest ranges', () => {
		fc.assert(
			fc.property(ids, (all) => {
				const text = IdRanges.of(all).toString();
				for (const ranges of [IdRanges.of(all), IdRanges.parse(text)])
					expect(members(ranges)).toEqual(sorted(all));
				const starts = sorted(all).filter((id) => !all.includes(id - 1));
				expect(text.split(',').filter(Boolean)).toHaveLength(starts.length);
			}),
		);
	});

	it('leaves out some', () => {
		fc.assert(
			fc.property(ids, ids, (all, some) => {
				const left = sorted(all).filter((id) => !some.includes(id));
				expect(members(IdRanges.of(all).without(some))).toEqual(left);
				expect(IdRanges.of(all).without(some).toString()).toBe(IdRanges.of(left).toString());
			}),
		);
	});

	it('leaves out all up to an ID', () => {
		fc.assert(
			fc.property(ids, fc.integer({ min: 0, max: 70 }), (all, id) => {
				expect(members(IdRanges.of(all).above(id))).toEqual(sorted(all).filter((one) => one > id));
			}),
		);
	});

	it('tells up to which ID they have to go to fit into so many characters', () => {
		fc.assert(
			fc.property(ids, fc.integer({ min: -5, max: 60 }), (all, room) => {
				const ranges = IdRanges.of(all);
				const cut = ranges.cutFor(room);
				expect(ranges.above(cut).toString().length).toBeLessThanOrEqual(Math.max(0, room));
				expect(cut > 0).toBe(ranges.toString().length > Math.max(0, room));
			}),
		);
	});

	it('is read from ranges and single ones', () => {
		expect(members(IdRanges.parse('5-7,9'))).toEqual([5, 6, 7, 9]);
	});
});
