import { customer } from '../../../nodes/AlfaCrm/entities/customer';
import { leadSource } from '../../../nodes/AlfaCrm/entities/statuses';
import type { Found, IfArchived, IfSeveral } from '../../../nodes/AlfaCrm/operations/matching/decide';
import { decide, inOrder } from '../../../nodes/AlfaCrm/operations/matching/decide';

const found = (...ids: number[]): Found[] => ids.map((id) => ({ row: { id }, version: 0, archived: false }));
const archived = (...ids: number[]): Found[] => found(...ids).map((one) => ({ ...one, archived: true }));
const unknown = (...ids: number[]): Found[] => found(...ids).map((one) => ({ ...one, archived: undefined }));

it.each<[Found[], IfSeveral, IfArchived, string, number[]]>([
	[[], 'refuse', 'update', 'create', []],
	[[], 'all', 'skip', 'create', []],
	[found(1), 'refuse', 'update', 'update', [1]],
	[found(1), 'refuse', 'create', 'update', [1]],
	[found(1), 'newest', 'skip', 'update', [1]],
	[found(1, 3, 2), 'refuse', 'update', 'refuse', [3, 2, 1]],
	[found(1, 3, 2), 'newest', 'update', 'update', [3]],
	[found(1, 3, 2), 'all', 'update', 'update', [3, 2, 1]],
	// Archived ones count only where there is no active one.
	[[...archived(9, 8), ...found(1)], 'refuse', 'create', 'update', [1]],
	[[...archived(9, 8), ...found(1)], 'refuse', 'skip', 'update', [1]],
	[[...archived(9), ...found(1, 2)], 'all', 'restore', 'update', [2, 1]],
	[archived(1), 'refuse', 'update', 'update', [1]],
	[archived(1), 'refuse', 'restore', 'update', [1]],
	[archived(1), 'refuse', 'create', 'create', []],
	[archived(1, 2), 'refuse', 'create', 'create', []],
	[archived(1, 2), 'refuse', 'skip', 'skip', [2]],
	[archived(1, 2), 'refuse', 'update', 'refuse', [2, 1]],
	[archived(1, 2), 'newest', 'restore', 'update', [2]],
	[archived(1, 2), 'all', 'restore', 'update', [2, 1]],
	// What nobody can tell to be archived is not treated as such.
	[unknown(1), 'refuse', 'create', 'update', [1]],
])('of %j, with %s and %s: %s %j', (all, ifSeveral, ifArchived, act, ids) => {
	const decision = decide(customer, all, { ifSeveral, ifArchived });
	expect(decision?.act ?? 'create').toBe(act);
	expect((decision?.matches ?? []).map(({ row }) => row.id)).toEqual(ids);
});

it('the newest record has the highest ID, a number being the same as a text', () => {
	const all = ['9', 10, '100'].map((id) => ({ row: { id }, version: 0 }));
	expect(inOrder(leadSource, all).map(({ row }) => row.id)).toEqual(['100', 10, '9']);
	expect(all[0].row.id).toBe('9');
});

it('an active client comes before an active lead, and both before who is archived, of each the newest first', () => {
	const of = (id: number, is_study: number | string | null, archived?: boolean): Found => ({
		row: { id, is_study },
		version: 0,
		archived,
	});
	const all = [of(9, 0), of(8, 1, true), of(1, '1'), of(7, 0, true), of(2, 1, false), of(6, null)];
	expect(inOrder(customer, all).map(({ row }) => row.id)).toEqual([2, 1, 9, 6, 8, 7]);
	expect(
		decide(customer, all, { ifSeveral: 'newest', ifArchived: 'update' })?.matches.map(({ row }) => row.id),
	).toEqual([2]);
});
