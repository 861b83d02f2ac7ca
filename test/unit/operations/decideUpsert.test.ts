import { decideUpsert } from '../../../nodes/AlfaCrm/operations/common/upsert/decide';
import type { Search } from '../../../nodes/AlfaCrm/run/matching/readSearch';
import type { Match } from '../../../nodes/AlfaCrm/run/matching/search';

/** A form that searches for a customer by phone. */
const SEARCH_BY_PHONE: Search = {
	key: { name: 'phone', label: 'Phone', fields: ['phone'] },
	fields: [{ type: 'phones', name: 'phone', label: 'Phone' }],
	matchValues: { phone: ['+7(900)555-00-01'] },
	isUsable: true,
};

/** A form that searches for a customer by ID. */
const SEARCH_BY_ID: Search = {
	key: { name: 'id', label: 'ID', fields: ['id'] },
	fields: [{ type: 'id', name: 'id', label: 'Customer' }],
	matchValues: { id: 7 },
	isUsable: true,
};

/** The default choices of 'If Several Match' and 'If the Match Is Archived'. */
const DEFAULT_CHOICES = { ifSeveral: 'refuse', ifArchived: 'update' } as const;

/** Makes an active customer with the phone, as a search returns it. */
function makeActiveMatch(id: number): Match {
	const row = { id, phone: ['+7(900)555-00-01'] };
	return { row, branch: 1, archived: false, matchedBy: SEARCH_BY_PHONE, writeCount: 0, isCached: false };
}

/** Makes an archived customer with the phone, as a search returns it. */
function makeArchivedMatch(id: number): Match {
	return { ...makeActiveMatch(id), archived: true };
}

describe('decideUpsert', () => {
	it('decideUpsert decides to create a customer when nobody has the phone', () => {
		const decision = decideUpsert(SEARCH_BY_PHONE, [], DEFAULT_CHOICES);

		expect(decision).toEqual({ action: 'create' });
	});

	it('decideUpsert decides to update the active customer with the phone, and not the archived one', () => {
		const active = makeActiveMatch(1);
		const archived = makeArchivedMatch(2);

		const decision = decideUpsert(SEARCH_BY_PHONE, [archived, active], DEFAULT_CHOICES);

		expect(decision).toEqual({ action: 'update', matches: [active] });
	});

	it('decideUpsert refuses two customers with the phone, and names the newer one first', () => {
		const older = makeActiveMatch(1);
		const newer = makeActiveMatch(2);

		const decision = decideUpsert(SEARCH_BY_PHONE, [older, newer], DEFAULT_CHOICES);

		expect(decision).toEqual({ action: 'refuseSeveral', matches: [newer, older] });
	});

	it('decideUpsert skips the newer of two archived customers when archived ones are skipped', () => {
		const older = makeArchivedMatch(1);
		const newer = makeArchivedMatch(2);

		const decision = decideUpsert(SEARCH_BY_PHONE, [older, newer], {
			ifSeveral: 'refuse',
			ifArchived: 'skip',
		});

		expect(decision).toEqual({ action: 'skip', match: newer });
	});

	it('decideUpsert refuses an ID that no customer has, because AlfaCRM gives a new customer an ID of its own', () => {
		const decision = decideUpsert(SEARCH_BY_ID, [], DEFAULT_CHOICES);

		expect(decision).toEqual({ action: 'refuseUnknownId' });
	});

	it('decideUpsert refuses the ID of an archived customer when a new customer should be created instead', () => {
		const archived = makeArchivedMatch(7);

		const decision = decideUpsert(SEARCH_BY_ID, [archived], {
			ifSeveral: 'refuse',
			ifArchived: 'create',
		});

		expect(decision).toEqual({ action: 'refuseArchivedId' });
	});
});
