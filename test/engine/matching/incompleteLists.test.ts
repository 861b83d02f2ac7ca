import type { INodeParameters } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import { byPhone, findByPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { customer, lead, rows, run, stopped, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const words = ({ message, description }: { message: string; description?: string | null }) =>
	`${message} ${description ?? ''}`;

let undo = () => {};
afterEach(() => {
	undo();
	undo = () => {};
});

/** Lists of an entity hide one record and come in another order at each reading, so that they never seem whole. */
function hide(path: string, id: number, when = () => true): void {
	const { store } = school.sandbox;
	const shown = store.visible.bind(store);
	let call = 0;
	store.visible = (entity, all) => {
		const those = shown(entity, all);
		if (entity !== path || !when() || those.every((row) => row.id !== id)) return those;
		const pool = rows(path).filter((row) => row.id !== id) as unknown as Row[];
		const others = those.length > 1 ? those.filter((row) => row.id !== id) : pool.slice(0, 2);
		call += 1;
		const from = Math.floor(call / 2) % others.length;
		return [...others.slice(from), ...others.slice(0, from), others[from]];
	};
	undo = () => void (store.visible = shown);
}

describe('a list of branches that never comes whole', () => {
	it('creates nobody who may be in the one that is missing', async () => {
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		hide('branch', 3);
		const error = await stopped(byPhone(PHONE, { name: 'Орлова Мия' }));
		expect(words(error)).toMatch(/branches did not come whole/);
		undo();
		expect(await run(byPhone(PHONE))).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it.each(['item', 'nothing', 'refuse'])(
		'does not let Find claim that there is nobody: %s',
		async (ifNone) => {
			lead({ phone: [PHONE], branch_ids: [3] });
			hide('branch', 3);
			const error = await stopped(findByPhone(PHONE, { ifNone }));
			expect(error.message).not.toMatch(/has no/);
			expect(words(error)).toMatch(/branches did not come whole/);
		},
	);

	it('does not let Create or Update by ID, or a job, say that there is no such record', async () => {
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		hide('branch', 3);
		const upsert = { ...byPhone(''), matchBy: 'id', id: String(id), fieldsToSet: { note: 'x' } };
		expect((await stopped(upsert)).message).not.toMatch(/has no/);
		const job = {
			resource: 'customer',
			operation: 'assignManager',
			branchId: 1,
			id: pick(id),
			assigned_id: 4,
		};
		expect((await stopped(job as INodeParameters)).message).not.toMatch(/has no/);
	});

	it('is read again for the next item, which finds who is there', async () => {
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		hide('branch', 3);
		school.sandbox.onSend = ({ entity, action }) => {
			if (entity === 'customer' && action === 'index') undo();
		};
		const { json } = await whole(byPhone('={{ $json.phone }}', { name: 'Орлова Мия' }), {
			items: [{ phone: '+7(900)555-00-77' }, { phone: PHONE }],
			onError: 'continueRegularOutput',
		});
		expect(json[1]).toMatchObject({ id, operationResult: 'unchanged' });
	});
});

describe('a list of customers that never comes whole, of which only an archived one came', () => {
	const byContract = (ifArchived: string): INodeParameters => ({
		...byPhone('', { name: 'Орлова Мия', note: 'x' }, { searchBranches: [1], ifArchived }),
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: 'Д-двое',
	});

	it.each(['skip', 'update', 'restore', 'create'])('decides nothing with %s', async (ifArchived) => {
		lead({ custom_dogovor: 'Д-двое', removed: 1, e_date: '2024-01-01' });
		hide('customer', lead({ custom_dogovor: 'Д-двое' }));
		expect(words(await stopped(byContract(ifArchived)))).toMatch(/did not come whole/);
	});
});

describe('a list of archived customers that never comes whole', () => {
	const hidden = () => {
		const id = lead({ phone: [PHONE], removed: 1, e_date: '2024-01-01' });
		let asksForArchived = false;
		school.sandbox.onRequest = ({ body }) => {
			asksForArchived = (body as { removed?: number } | null)?.removed === 2;
		};
		hide('customer', id, () => asksForArchived);
		return id;
	};

	it.each(['skip', 'create', 'restore'])(
		'does not make the one that matches active, with %s',
		async (ifArchived) => {
			hidden();
			const parameters = byPhone(
				PHONE,
				{ name: 'Орлова Мия', note: 'x' },
				{ ifArchived, searchBranches: [1] },
			);
			expect(words(await stopped(parameters))).toMatch(/archive/);
		},
	);

	it('stops Restore, which would take it for done', async () => {
		const id = hidden();
		const job = { resource: 'customer', operation: 'unarchive', branchId: 1, id: pick(id) };
		expect(words(await stopped(job as INodeParameters))).toMatch(/archive/);
		expect(customer(id).removed).toBe(1);
	});

	it('is a hint of Find', async () => {
		const id = hidden();
		const { json, hints } = await whole(findByPhone(PHONE, { archived: false, searchBranches: [1] }));
		expect(json).toMatchObject([{ id }]);
		expect(hints).toEqual([expect.stringMatching(/archive/)]);
	});
});
