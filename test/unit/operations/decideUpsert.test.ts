import { decideUpsert } from '../../../nodes/AlfaCrm/operations/common/upsert/decide';
import type { Search } from '../../../nodes/AlfaCrm/run/matching/readSearch';
import type { Match } from '../../../nodes/AlfaCrm/run/matching/search';

const BY_PHONE: Search = {
	key: { name: 'phone', label: 'Phone', fields: ['phone'] },
	fields: [{ type: 'phones', name: 'phone', label: 'Phone' }],
	matchValues: { phone: ['+7(900)555-00-01'] },
	isUsable: true,
};

const BY_ID: Search = {
	key: { name: 'id', label: 'ID', fields: ['id'] },
	fields: [{ type: 'id', name: 'id', label: 'Customer' }],
	matchValues: { id: 7 },
	isUsable: true,
};

const USUAL = { ifSeveral: 'refuse', ifArchived: 'update' } as const;

function makeMatch(id: number, archived = false): Match {
	const row = { id, phone: ['+7(900)555-00-01'] };
	return { row, branch: 1, archived, matchedBy: BY_PHONE, writeCount: 0, isCached: false };
}

describe('decideUpsert', () => {
	it('Create or Update creates a record if none matches', () => {
		expect(decideUpsert(BY_PHONE, [], USUAL)).toEqual({ action: 'create' });
	});

	it('Create or Update updates the active match and leaves the archived one alone', () => {
		const active = makeMatch(1);
		const archived = makeMatch(2, true);

		expect(decideUpsert(BY_PHONE, [archived, active], USUAL)).toEqual({
			action: 'update',
			matches: [active],
		});
	});

	it('Create or Update refuses several matches', () => {
		const older = makeMatch(1);
		const newer = makeMatch(2);

		expect(decideUpsert(BY_PHONE, [older, newer], USUAL)).toEqual({
			action: 'refuseSeveral',
			matches: [newer, older],
		});
	});

	it('Create or Update skips the newest archived match if only archived records match', () => {
		const older = makeMatch(1, true);
		const newer = makeMatch(2, true);
		const rules = { ifSeveral: 'refuse', ifArchived: 'skip' } as const;

		expect(decideUpsert(BY_PHONE, [older, newer], rules)).toEqual({ action: 'skip', match: newer });
	});

	it('Create or Update refuses an ID that no record has, since AlfaCRM numbers its records itself', () => {
		expect(decideUpsert(BY_ID, [], USUAL)).toEqual({ action: 'refuseUnknownId' });
	});

	it('Create or Update refuses the ID of an archived record if a new one is wanted in its place', () => {
		const archived = makeMatch(7, true);
		const rules = { ifSeveral: 'refuse', ifArchived: 'create' } as const;

		expect(decideUpsert(BY_ID, [archived], rules)).toEqual({ action: 'refuseArchivedId' });
	});
});
