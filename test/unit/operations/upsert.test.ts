import type { IDataObject } from 'n8n-workflow';

import { sortMatches } from '../../../nodes/AlfaCrm/run/matching/chooseMatches';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { MatchKey } from './matchingSchool';
import {
	ACTIVE_UNTIL,
	ARCHIVED_ON,
	contractKey,
	CREATE_IF_VALUE_IS_UNUSABLE,
	createForm,
	EMAIL,
	findForm,
	MatchingSchool,
	phoneKey,
	SET_ALL_ONLY_ON_CREATION,
	updateForm,
	upsertForm,
} from './matchingSchool';
import { customerForm, findByPhoneForm, OTHER_PHONE, PHONE, upsertByPhoneForm } from './school';

/** Makes Create or Update replace the phones, emails and other lists of a customer. By default it adds to them. */
const REPLACE_LISTS = { listMode: 'replace' };

let school: MatchingSchool;

beforeEach(() => {
	school = new MatchingSchool();
});

/** Fills a custom field among the fields of the form. */
function customField(name: string, value: string): IDataObject {
	return { customFields: { values: [{ name, value }] } };
}

/** Fills 'Match By' with a phone and a name. */
function phoneAndNameKey(name: string): MatchKey {
	return { matchBy: 'phoneAndName', phone: PHONE, name };
}

/** Fills 'Match By' with a name and the 4th of September 2015. */
function nameAndBirthDateKey(name: string): MatchKey {
	return { matchBy: 'nameAndBirthDate', name, dob: '2015-09-04' };
}

describe('Create or Update', () => {
	it('Create or Update creates a customer with the phone and the fields of the form when nobody has the phone', async () => {
		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		expect(saved).toMatchObject({
			name: 'Мия',
			note: 'Новое',
			phone: PHONE,
			operationResult: 'created',
		});
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('Create or Update sends only the fields that differ when a customer has the phone', async () => {
		const id = school.addLead({ name: 'Мия', phone: [PHONE], note: 'Старое' });

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Ия', note: 'Новое' }));

		expect(saved).toMatchObject({
			id,
			name: 'Мия',
			note: 'Новое',
			operationResult: 'updated',
			changedFields: ['note'],
		});
		expect(school.readWrites()).toEqual(['customer/update']);
		expect(school.requests.at(-1)?.body).toEqual({ note: 'Новое' });
	});

	it('Create or Update saves nothing when it runs again with the same values', async () => {
		await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		expect(saved).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.readWrites()).toEqual(['customer/create']);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('Create or Update refuses to create a customer without a name', async () => {
		const { message } = await school.expectRefused(upsertByPhoneForm({ name: '' }));

		expect(message).toBe("'Name' is empty, but it is required");
	});

	it('Create or Update refuses JSON that sets an ID', async () => {
		const form = { ...upsertByPhoneForm(), inputMode: 'json', json: '{"id":1}' };

		const { message } = await school.expectRefusedUnsent(form);

		expect(message).toContain('has no field "id"');
	});

	it("Create or Update gives a new customer the name in the parameter 'Name' when the JSON has no name", async () => {
		const form = { ...upsertByPhoneForm(), name: 'Мия', inputMode: 'json', json: '{"note":"Новое"}' };

		const saved = await school.saveCustomer(form);

		expect(saved).toMatchObject({ name: 'Мия', note: 'Новое' });
	});

	it("Create or Update gives a new customer the name in the JSON although the parameter 'Name' has another", async () => {
		const form = { ...upsertByPhoneForm(), name: 'Мия', inputMode: 'json', json: '{"name":"Артём"}' };

		const saved = await school.saveCustomer(form);

		expect(saved.name).toBe('Артём');
	});

	it('Create or Update finds the customer whom it has created in branch 1, although the form searches only branch 2', async () => {
		const form = {
			...upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [2] }),
			branchId: 1,
		};

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});
});

/** Every choice of 'If Several Match' and 'If the Match Is Archived'. */
const EVERY_CHOICE = [
	{ ifSeveral: 'refuse', ifArchived: 'update' },
	{ ifSeveral: 'refuse', ifArchived: 'restore' },
	{ ifSeveral: 'refuse', ifArchived: 'create' },
	{ ifSeveral: 'refuse', ifArchived: 'skip' },
	{ ifSeveral: 'newest', ifArchived: 'update' },
	{ ifSeveral: 'newest', ifArchived: 'restore' },
	{ ifSeveral: 'newest', ifArchived: 'create' },
	{ ifSeveral: 'newest', ifArchived: 'skip' },
	{ ifSeveral: 'all', ifArchived: 'update' },
	{ ifSeveral: 'all', ifArchived: 'restore' },
	{ ifSeveral: 'all', ifArchived: 'create' },
	{ ifSeveral: 'all', ifArchived: 'skip' },
];

const EVERY_IF_SEVERAL = [{ ifSeveral: 'refuse' }, { ifSeveral: 'newest' }, { ifSeveral: 'all' }];

const EVERY_IF_ARCHIVED = [
	{ ifArchived: 'update' },
	{ ifArchived: 'restore' },
	{ ifArchived: 'create' },
	{ ifArchived: 'skip' },
];

describe('Create or Update when nobody matches', () => {
	it.each(EVERY_CHOICE)(
		"Create or Update creates a customer when nobody has the phone, whatever the choices in 'If Several Match' ($ifSeveral) and 'If the Match Is Archived' ($ifArchived)",
		async (options) => {
			const results = await school.runInTurn(upsertByPhoneForm({ name: 'Мия' }, options));

			expect(results).toBe('created');
			expect(school.readRecords('customer')).toMatchObject([{ id: 1, e_date: ACTIVE_UNTIL }]);
		},
	);
});

describe.each([
	{ archived: 'no', archivedCount: 0 },
	{ archived: 'one', archivedCount: 1 },
	{ archived: 'two', archivedCount: 2 },
])('Create or Update when $archived archived and some active customers match', ({ archivedCount }) => {
	/** Adds archived clients with the phone. Called last, so that the newest customer is never an active one. */
	const addArchivedClientsWithPhone = () => {
		for (let count = 0; count < archivedCount; count += 1) {
			school.addArchivedClient({ phone: [PHONE] });
		}
	};

	it.each(EVERY_CHOICE)(
		"Create or Update updates the only active customer with the phone, and no archived one, whatever the choices in 'If Several Match' ($ifSeveral) and 'If the Match Is Archived' ($ifArchived)",
		async (options) => {
			const id = school.addLead({ phone: [PHONE] });
			addArchivedClientsWithPhone();

			const { json } = await school.run(upsertByPhoneForm({ note: 'Новое' }, options));

			expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
			expect(school.readIdsByNote('Новое')).toEqual([id]);
			expect(school.readCustomer(id).e_date).toBe(ACTIVE_UNTIL);
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		"Create or Update with 'Stop' stops and names both active customers with the phone, whatever the choice in 'If the Match Is Archived' ($ifArchived)",
		async ({ ifArchived }) => {
			const olderId = school.addLead({ phone: [PHONE] });
			const newerId = school.addLead({ phone: [PHONE] });
			addArchivedClientsWithPhone();

			const { message } = await school.expectRefused(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'refuse', ifArchived }),
			);

			expect(message).toBe(`2 customers match by Phone: ${newerId} (lead), ${olderId} (lead)`);
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		"Create or Update with 'Update the First' updates the newer of two active customers, whatever the choice in 'If the Match Is Archived' ($ifArchived)",
		async ({ ifArchived }) => {
			school.addLead({ phone: [PHONE] });
			const newerId = school.addLead({ phone: [PHONE] });
			addArchivedClientsWithPhone();

			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'newest', ifArchived }),
			);

			expect(json).toMatchObject([{ id: newerId, operationResult: 'updated' }]);
			expect(school.readIdsByNote('Новое')).toEqual([newerId]);
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		"Create or Update with 'Update All' updates both active customers, whatever the choice in 'If the Match Is Archived' ($ifArchived)",
		async ({ ifArchived }) => {
			const olderId = school.addLead({ phone: [PHONE] });
			const newerId = school.addLead({ phone: [PHONE] });
			addArchivedClientsWithPhone();

			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'all', ifArchived }),
			);

			expect(json).toMatchObject([
				{ id: newerId, operationResult: 'updated' },
				{ id: olderId, operationResult: 'updated' },
			]);
			expect(school.readIdsByNote('Новое')).toEqual([olderId, newerId]);
		},
	);
});

describe('Create or Update when one archived customer and nobody else matches', () => {
	let archivedId: number;

	beforeEach(() => {
		archivedId = school.addArchivedClient({ phone: [PHONE], note: 'Старое' });
	});

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Update' updates an archived customer, who stays archived, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'update' }),
			);

			expect(json).toMatchObject([{ id: archivedId, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([{ note: 'Новое', e_date: ARCHIVED_ON }]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Restore and Update' takes an archived customer out of the archive, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'restore' }),
			);

			expect(json).toMatchObject([{ id: archivedId, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([{ note: 'Новое', e_date: ACTIVE_UNTIL }]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Create a New One' creates a new customer beside the archived one, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ name: 'Мия', note: 'Новое' }, { ifSeveral, ifArchived: 'create' }),
			);

			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(school.readRecords('customer')).toMatchObject([
				{ id: archivedId, note: 'Старое', e_date: ARCHIVED_ON },
				{ note: 'Новое', e_date: ACTIVE_UNTIL },
			]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Skip' returns the archived customer unchanged, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'skip' }),
			);

			expect(json).toMatchObject([{ id: archivedId, operationResult: 'skipped' }]);
			expect(school.readRecords('customer')).toMatchObject([{ note: 'Старое', e_date: ARCHIVED_ON }]);
		},
	);
});

describe('Create or Update when two archived customers and nobody else match', () => {
	let olderId: number;
	let newerId: number;

	beforeEach(() => {
		olderId = school.addArchivedClient({ phone: [PHONE], note: 'Старое' });
		newerId = school.addArchivedClient({ phone: [PHONE], note: 'Старое' });
	});

	it.each([{ ifArchived: 'update' }, { ifArchived: 'restore' }])(
		"Create or Update with 'Stop' stops and names both archived customers ('If the Match Is Archived': $ifArchived)",
		async ({ ifArchived }) => {
			const { message } = await school.expectRefused(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'refuse', ifArchived }),
			);

			expect(message).toBe(
				`2 customers match by Phone: ${newerId} (client, archived), ${olderId} (client, archived)`,
			);
		},
	);

	it.each([
		{ ifArchived: 'update', endDate: ARCHIVED_ON },
		{ ifArchived: 'restore', endDate: ACTIVE_UNTIL },
	])(
		"Create or Update with 'Update the First' updates the newer of two archived customers ('If the Match Is Archived': $ifArchived)",
		async ({ ifArchived, endDate }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'newest', ifArchived }),
			);

			expect(json).toMatchObject([{ id: newerId, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([
				{ id: olderId, note: 'Старое', e_date: ARCHIVED_ON },
				{ id: newerId, note: 'Новое', e_date: endDate },
			]);
		},
	);

	it.each([
		{ ifArchived: 'update', endDate: ARCHIVED_ON },
		{ ifArchived: 'restore', endDate: ACTIVE_UNTIL },
	])(
		"Create or Update with 'Update All' updates both archived customers ('If the Match Is Archived': $ifArchived)",
		async ({ ifArchived, endDate }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'all', ifArchived }),
			);

			expect(json).toMatchObject([
				{ id: newerId, operationResult: 'updated' },
				{ id: olderId, operationResult: 'updated' },
			]);
			expect(school.readRecords('customer')).toMatchObject([
				{ id: olderId, note: 'Новое', e_date: endDate },
				{ id: newerId, note: 'Новое', e_date: endDate },
			]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Create a New One' creates a new customer beside two archived ones, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ name: 'Мия', note: 'Новое' }, { ifSeveral, ifArchived: 'create' }),
			);

			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(school.readRecords('customer')).toMatchObject([
				{ id: olderId, note: 'Старое', e_date: ARCHIVED_ON },
				{ id: newerId, note: 'Старое', e_date: ARCHIVED_ON },
				{ note: 'Новое', e_date: ACTIVE_UNTIL },
			]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		"Create or Update with 'Skip' returns the newer of two archived customers unchanged, whatever the choice in 'If Several Match' ($ifSeveral)",
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'skip' }),
			);

			expect(json).toMatchObject([{ id: newerId, operationResult: 'skipped' }]);
			expect(school.readWrites()).toEqual([]);
		},
	);
});

describe('several customers with the same phone', () => {
	const LEAD = 1;
	const CLIENT = 2;
	const ARCHIVED_LEAD = 3;

	beforeEach(() => {
		school.addLead({ id: LEAD, phone: [PHONE] });
		school.addClient({ id: CLIENT, phone: [PHONE] });
		school.addArchivedLead({ id: ARCHIVED_LEAD, phone: [PHONE] });
	});

	it('Create or Update stops, names the active customers with the phone and says what to do', async () => {
		const { message, description } = await school.expectRefused(upsertByPhoneForm({ note: 'Новое' }));

		expect(message).toBe(`2 customers match by Phone: ${CLIENT} (client), ${LEAD} (lead)`);
		expect(description).toBe(
			"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM. Nothing was saved.",
		);
	});

	it('Find stops, names the active and the archived customers with the phone and says what to do', async () => {
		const { message, description } = await school.expectRefused(findByPhoneForm());

		expect(message).toBe(
			`3 customers match by Phone: ${CLIENT} (client), ${LEAD} (lead), ${ARCHIVED_LEAD} (lead, archived)`,
		);
		expect(description).toBe(
			"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM.",
		);
	});

	it('Find returns every active customer with the phone and warns in a hint when Return All is chosen', async () => {
		const { json, hints } = await school.run(findByPhoneForm({ ifSeveral: 'all', archived: false }));

		expect(json).toMatchObject([{ id: CLIENT }, { id: LEAD }]);
		expect(hints).toEqual([
			`Several customers match and all are returned, so the next nodes, such as a payment, run once for each: ${CLIENT} (client), ${LEAD} (lead)`,
		]);
	});

	it('Find returns the client, but not the lead with the same phone, when Return the First is chosen', async () => {
		const { json, hints } = await school.run(findByPhoneForm({ ifSeveral: 'newest' }));

		expect(json).toMatchObject([{ id: CLIENT }]);
		expect(hints).toEqual([]);
	});

	it('Create or Update names the customers in a hint when it has updated several', async () => {
		const { hints } = await school.run(upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'all' }));

		expect(hints).toEqual([
			`Several customers match and all are returned, so the next nodes, such as a payment, run once for each: ${CLIENT} (client), ${LEAD} (lead)`,
		]);
	});
});

describe('sortMatches', () => {
	it('sortMatches puts active before archived customers, clients before leads, and higher before lower IDs', () => {
		const lead = { row: { id: 9, is_study: CUSTOMER_TYPE.lead }, archived: false };
		const archivedClient = { row: { id: 8, is_study: CUSTOMER_TYPE.client }, archived: true };
		const olderClient = { row: { id: 1, is_study: String(CUSTOMER_TYPE.client) }, archived: false };
		const archivedLead = { row: { id: 7, is_study: CUSTOMER_TYPE.lead }, archived: true };
		const newerClient = { row: { id: 2, is_study: CUSTOMER_TYPE.client }, archived: false };
		const customerOfUnknownType = { row: { id: 6, is_study: null }, archived: false };

		const sortedMatches = sortMatches([
			lead,
			archivedClient,
			olderClient,
			archivedLead,
			newerClient,
			customerOfUnknownType,
		]);

		expect(sortedMatches).toEqual([
			newerClient,
			olderClient,
			lead,
			customerOfUnknownType,
			archivedClient,
			archivedLead,
		]);
	});

	it('sortMatches compares IDs as numbers, so that 10 comes before 9, and leaves its argument unsorted', () => {
		const matches = [
			{ row: { id: '9' }, archived: false },
			{ row: { id: 10 }, archived: false },
			{ row: { id: '100' }, archived: false },
		];

		const sortedMatches = sortMatches(matches);

		expect(sortedMatches).toMatchObject([{ row: { id: '100' } }, { row: { id: 10 } }, { row: { id: '9' } }]);
		expect(matches[0].row.id).toBe('9');
	});
});

describe('Create or Update with a name of more than 50 characters', () => {
	const LONG_NAME = 'Орлова Александра Константиновна, 7 лет, мама Анастасия';
	const SHORTENED_NAME = 'Орлова Александра Константиновна, 7 лет, мама Ана…';
	const SHORTENED_HINT = "Texts that are longer than AlfaCRM takes were shortened: 'Name' to 50 characters";

	it("Create or Update shortens the name of a new customer, and says so in a hint, when 'Shorten Long Texts' is on", async () => {
		const { json, hints } = await school.run(
			upsertForm(phoneAndNameKey(LONG_NAME), {}, { shortenTexts: true }),
		);

		expect(json).toMatchObject([{ operationResult: 'created', name: SHORTENED_NAME }]);
		expect(hints).toEqual([SHORTENED_HINT]);
	});

	it('Create or Update finds a customer whose name it has shortened when it runs again with the long name', async () => {
		const form = upsertForm(phoneAndNameKey(LONG_NAME), { name: LONG_NAME }, { shortenTexts: true });
		const { id } = await school.saveCustomer(form);

		const { json, hints } = await school.run(form);

		expect(json).toMatchObject([{ id, operationResult: 'unchanged', name: SHORTENED_NAME }]);
		expect(hints).toEqual([SHORTENED_HINT, `Nothing of this customer had to be changed: customer ${id}`]);
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('Create or Update keeps a name of more than 50 characters that a customer has in AlfaCRM', async () => {
		const id = school.addLead({ phone: [PHONE], name: LONG_NAME });

		const saved = await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }));

		expect(saved).toMatchObject({ id, name: LONG_NAME, operationResult: 'updated' });
	});

	it('Find returns a customer who has a name of more than 50 characters in AlfaCRM', async () => {
		const id = school.addLead({ phone: [PHONE], name: LONG_NAME });

		const ids = await school.findIds(findForm(phoneAndNameKey(LONG_NAME)));

		expect(ids).toEqual([id]);
	});
});

describe('Create or Update with Set Only on Creation', () => {
	it('Create or Update keeps the name and the customer type of an existing customer by default', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(
			upsertByPhoneForm({ name: 'Ия', is_study: CUSTOMER_TYPE.client, note: 'Новое' }),
		);

		expect(school.readCustomer(id)).toMatchObject({
			name: 'Мия',
			is_study: CUSTOMER_TYPE.lead,
			note: 'Новое',
		});
	});

	it("Create or Update keeps only the note of an existing customer when 'Set Only on Creation' is 'Note'", async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(
			upsertByPhoneForm(
				{ name: 'Ия', is_study: CUSTOMER_TYPE.client, note: 'Новое' },
				{ onlyForNew: ['note'] },
			),
		);

		expect(school.readCustomer(id)).toMatchObject({
			name: 'Ия',
			is_study: CUSTOMER_TYPE.client,
			note: 'Старое',
		});
	});

	it("Create or Update changes the name and the note of an existing customer when 'Set Only on Creation' is empty", async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(upsertByPhoneForm({ name: 'Ия', note: 'Новое' }, { onlyForNew: [] }));

		expect(school.readCustomer(id)).toMatchObject({ name: 'Ия', note: 'Новое' });
	});

	it('Create or Update by ID changes the name and the customer type by default', async () => {
		const id = school.addLead({ name: 'Мия' });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'id', id }, { name: 'Ия', is_study: CUSTOMER_TYPE.client }),
		);

		expect(saved).toMatchObject({ changedFields: ['name', 'is_study'] });
		expect(school.readWrites()).toEqual(['customer/update']);
		expect(school.requests.at(-1)?.body).not.toHaveProperty('id');
	});

	it('Create or Update lists the name before the other texts in notSaved, which shows the texts that it did not save', async () => {
		school.addClient({ name: 'Клиентов Ян', phone: [PHONE], email: ['yan@example.org'] });
		const form = {
			...upsertByPhoneForm({ email: ['papa@example.org'] }, SET_ALL_ONLY_ON_CREATION),
			name: 'Папа Яна',
		};

		const saved = await school.saveCustomer(form);

		expect(saved).toMatchObject({ notSaved: 'Папа Яна, papa@example.org' });
	});

	it.each([
		{ choice: 'All Fields', onlyForNew: ['all'] },
		{ choice: 'Note and All Fields', onlyForNew: ['note', 'all'] },
		{ choice: 'All Fields as a text', onlyForNew: 'all' },
	])(
		"Create or Update changes nothing of an existing customer when 'Set Only on Creation' is $choice",
		async ({ onlyForNew }) => {
			const id = school.addLead({ phone: [PHONE], note: 'Старое', custom_school: '12', email: [EMAIL] });
			const cardBefore = school.readCustomer(id);
			const newValues = {
				name: 'Ия',
				note: 'Новое',
				email: ['other@example.org'],
				dob: '2015-09-04',
				...customField('custom_school', '7'),
			};

			const saved = await school.saveCustomer(
				upsertForm({ matchBy: 'phone', phone: [PHONE, OTHER_PHONE] }, newValues, { onlyForNew }),
			);

			expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
			expect(school.readCustomer(id)).toEqual(cardBefore);
		},
	);

	it("Create or Update sets every field of a new customer when 'Set Only on Creation' is 'All Fields'", async () => {
		const { id } = await school.saveCustomer(
			upsertByPhoneForm(
				{ name: 'Ия', note: 'Новое', dob: '2015-09-04', ...customField('custom_school', '7') },
				SET_ALL_ONLY_ON_CREATION,
			),
		);

		expect(school.readCustomer(id)).toMatchObject({
			note: 'Новое',
			custom_school: '7',
			dob: '04.09.2015',
		});
	});

	it("Create or Update restores an archived customer and changes nothing else when 'Set Only on Creation' is 'All Fields'", async () => {
		const id = school.addArchivedLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(
			upsertByPhoneForm(
				{ name: 'Ия', note: 'Новое' },
				{ ...SET_ALL_ONLY_ON_CREATION, ifArchived: 'restore' },
			),
		);

		expect(school.readCustomer(id)).toMatchObject({
			name: 'Мия',
			note: 'Старое',
			e_date: ACTIVE_UNTIL,
		});
	});
});

describe('Match By', () => {
	const KEYS_OF_ARTEM: Array<{ values: string; key: MatchKey }> = [
		{
			values: 'his email in other letters',
			key: { matchBy: 'email', email: 'family@example.ORG' },
		},
		{
			values: 'his name in other letters and his date of birth',
			key: { matchBy: 'nameAndBirthDate', name: 'артем соколов', dob: '2015-09-04' },
		},
		{
			values: 'his phone in another spelling and his name',
			key: { matchBy: 'phoneAndName', phone: '8(900)5550001', name: 'Артём Соколов' },
		},
		{
			values: 'his email and no phone',
			key: { matchBy: 'phoneOrEmail', phone: '', email: 'family@example.org' },
		},
		{
			values: 'his phone and an unknown email',
			key: { matchBy: 'phoneOrEmail', phone: '9005550001', email: EMAIL },
		},
		{
			values: 'the number of his contract',
			key: contractKey('Д-77'),
		},
	];

	const KEYS_OF_NOBODY: Array<{ values: string; key: MatchKey }> = [
		{
			values: 'an email that is one letter longer',
			key: { matchBy: 'email', email: 'family@example.orgs' },
		},
		{
			values: 'his name and another date of birth',
			key: { matchBy: 'nameAndBirthDate', name: 'Артём Соколов', dob: '2015-09-05' },
		},
		{
			values: 'his phone and a longer last name',
			key: { matchBy: 'phoneAndName', phone: PHONE, name: 'Артём Соколовский' },
		},
		{
			values: 'an unknown phone and an unknown email',
			key: { matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: EMAIL },
		},
		{
			values: 'an unknown phone and no email',
			key: { matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: '' },
		},
		{
			values: 'the beginning of the number of his contract',
			key: contractKey('Д-7'),
		},
	];

	let artem: number;

	beforeEach(() => {
		artem = school.addLead({
			name: 'Артём  Соколов',
			phone: [PHONE],
			email: ['Family@Example.org'],
			dob: '04.09.2015',
			custom_dogovor: 'Д-77',
		});
	});

	it.each(KEYS_OF_ARTEM)('Create or Update updates a customer when the form has $values', async ({ key }) => {
		const saved = await school.saveCustomer(upsertForm(key, { note: 'Новое' }));

		expect(saved).toMatchObject({ id: artem, operationResult: 'updated' });
		expect(school.readCustomer(artem)).toMatchObject({ name: 'Артём  Соколов', note: 'Новое' });
	});

	it.each(KEYS_OF_NOBODY)(
		'Create or Update creates a second customer when the form has $values',
		async ({ key }) => {
			const saved = await school.saveCustomer(upsertForm(key, { name: 'Мия' }));

			expect(saved.operationResult).toBe('created');
			expect(school.readRecords('customer')).toHaveLength(2);
		},
	);

	it.each(KEYS_OF_ARTEM)('Find returns a customer when the form has $values', async ({ key }) => {
		const ids = await school.findIds(findForm(key));

		expect(ids).toEqual([artem]);
	});
});

describe('Create or Update for a value in another spelling', () => {
	const SPELLINGS = [
		{ difference: 'е for ё', stored: 'Пётр Семёнов', typed: 'Петр Семенов' },
		{ difference: 'other kinds of space', stored: 'Мия\u00a0Орлова\u200b', typed: ' Мия   Орлова\n' },
		{ difference: 'ё as two characters', stored: 'Ёж'.normalize('NFD'), typed: 'Еж' },
	];

	it.each(SPELLINGS)(
		'Create or Update finds a customer when the form writes the name with $difference',
		async ({ stored, typed }) => {
			const id = school.addLead({ name: stored, dob: '2015-09-04' });

			const saved = await school.saveCustomer(upsertForm(nameAndBirthDateKey(typed)));

			expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
		},
	);

	it.each(SPELLINGS)(
		'Create or Update finds a customer when the form writes a custom field with $difference',
		async ({ stored, typed }) => {
			const id = school.addLead({ custom_dogovor: stored });

			const saved = await school.saveCustomer(upsertForm(contractKey(typed)));

			expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
		},
	);
});

describe('an empty phone under Match By', () => {
	it('Create or Update stops when the phone is empty, and names the option that creates a customer', async () => {
		const { message, description } = await school.expectRefusedUnsent(
			upsertForm(phoneKey(' '), { name: 'Мия' }),
		);

		expect(message).toBe("'Phone' is empty, so no customer can be looked for");
		expect(description).toContain("or let 'If Match Value Is Unusable' create a record");
	});

	it('Find stops when the phone is empty', async () => {
		const { message } = await school.expectRefusedUnsent(findForm(phoneKey('')));

		expect(message).toBe("'Phone' is empty, so no customer can be looked for");
	});

	it("Create or Update creates a customer in each run with an empty phone when 'If Match Value Is Unusable' is 'Create'", async () => {
		const form = upsertForm(phoneKey(' '), { name: 'Мия' }, CREATE_IF_VALUE_IS_UNUSABLE);

		const results = await school.runInTurn(form, form);

		// Nobody is searched for.
		expect(results).toBe('created, created');
		expect(school.calls).toEqual(['customer/create', 'customer/create']);
	});
});

describe('an unusable value under Match By', () => {
	const UNUSABLE_KEYS: Array<{ value: string; key: MatchKey }> = [
		{ value: 'a dash in a custom field', key: contractKey('-') },
		{ value: 'the email "нет", which means no', key: { matchBy: 'email', email: 'нет' } },
		{ value: 'a dash as the phone', key: phoneKey('-') },
	];
	const UNUSABLE_VALUES = { phone: ['-'], email: ['нет'], custom_dogovor: '-' };

	it.each(UNUSABLE_KEYS)(
		'Create or Update refuses a match value that identifies nobody, although a customer has it: $value',
		async ({ key }) => {
			school.addLead(UNUSABLE_VALUES);

			const { message } = await school.expectRefusedUnsent(upsertForm(key));

			expect(message).toContain('holds no usable');
		},
	);

	it.each(UNUSABLE_KEYS)(
		"Create or Update creates a customer for a match value that identifies nobody when 'If Match Value Is Unusable' is 'Create': $value",
		async ({ key }) => {
			const id = school.addLead(UNUSABLE_VALUES);
			const cardBefore = school.readCustomer(id);

			const saved = await school.saveCustomer(upsertForm(key, { name: 'Ия' }, CREATE_IF_VALUE_IS_UNUSABLE));

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(id)).toEqual(cardBefore);
		},
	);

	it('Create or Update saves the usable one of two emails, and does not match by the other', async () => {
		const id = school.addLead(UNUSABLE_VALUES);
		const cardBefore = school.readCustomer(id);

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'phoneOrEmail', phone: PHONE, email: ['нет', EMAIL] }, { name: 'Ия' }),
		);

		expect(saved).toMatchObject({ operationResult: 'created', phone: PHONE, email: EMAIL });
		expect(school.readCustomer(id)).toEqual(cardBefore);
	});
});

describe('Create or Update when If Match Value Is Unusable is Create', () => {
	it("Create or Update finds a customer by a usable phone although 'If Match Value Is Unusable' is 'Create'", async () => {
		const form = upsertByPhoneForm({ name: 'Мия' }, CREATE_IF_VALUE_IS_UNUSABLE);

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});

	it.each<{ values: string; key: MatchKey; fields: IDataObject; newCard: IDataObject }>([
		{
			values: 'a name, but no phone',
			key: { matchBy: 'phoneAndName', phone: '', name: 'Ева' },
			fields: {},
			newCard: { name: 'Ева', phone: [] },
		},
		{
			values: 'a name, but only the beginning of a phone',
			key: { matchBy: 'phoneAndName', phone: '+7', name: 'Ева' },
			fields: {},
			newCard: { name: 'Ева', phone: [] },
		},
		{
			values: 'a phone, but no name',
			key: { matchBy: 'phoneAndName', phone: PHONE, name: '' },
			fields: { name: 'Мама' },
			newCard: { name: 'Мама', phone: [PHONE] },
		},
		{
			values: 'a name, but no date of birth',
			key: { matchBy: 'nameAndBirthDate', name: 'Ева', dob: '' },
			fields: {},
			newCard: { name: 'Ева', dob: null },
		},
		{
			values: 'a date of birth, but no name',
			key: { matchBy: 'nameAndBirthDate', name: '', dob: '2015-03-02' },
			fields: { name: 'Ева' },
			newCard: { name: 'Ева', dob: '02.03.2015' },
		},
	])(
		'Create or Update creates a customer with the filled one of two match values: $values',
		async ({ key, fields, newCard }) => {
			const existingId = school.addLead({ name: 'Ева', phone: [PHONE], dob: '2015-03-02' });
			const existingCard = school.readCustomer(existingId);

			const saved = await school.saveCustomer(upsertForm(key, fields, CREATE_IF_VALUE_IS_UNUSABLE));

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(saved.id)).toMatchObject(newCard);
			expect(school.readCustomer(existingId)).toEqual(existingCard);
		},
	);
});

describe('Create or Update by ID', () => {
	it('Create or Update refuses an ID that no customer has', async () => {
		const { message, httpCode } = await school.expectRefused(
			upsertForm({ matchBy: 'id', id: 77 }, { name: 'Мия' }),
		);

		expect(message).toBe('AlfaCRM has no customer with ID 77 in the branches that could be searched');
		expect(httpCode).toBe('404');
	});

	it('Create or Update by ID refuses to create a customer in place of an archived one', async () => {
		const id = school.addArchivedLead({ removed: 1 });

		const { message, description } = await school.expectRefused(
			upsertForm({ matchBy: 'id', id }, { name: 'Мия' }, { ifArchived: 'create' }),
		);

		expect(message).toBe(`Customer ${id} is archived, and a match by ID creates nothing`);
		expect(description).toBe("Choose in 'If the Match Is Archived' to update or skip it. Nothing was saved.");
	});
});

describe('Create or Update by a name', () => {
	it.each([
		{ difference: 'in another order', name: 'Павел Колычев' },
		{ difference: 'in another order and with more spaces', name: 'павел  колычев' },
		{ difference: 'in capital letters', name: 'ПАВЕЛ КОЛЫЧЕВ' },
		{ difference: 'with a comma', name: 'Колычев, Павел' },
		{ difference: 'with й as two characters', name: 'Колычев Павел'.normalize('NFD') },
	])(
		'Create or Update finds a customer by phone and name when the form writes the name $difference',
		async ({ name }) => {
			const id = school.addLead({ phone: [PHONE], name: 'Колычев Павел' });

			const saved = await school.saveCustomer(upsertForm(phoneAndNameKey(name)));

			expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
			expect(school.readRecords('customer')).toMatchObject([{ name: 'Колычев Павел' }]);
		},
	);

	it('Create or Update finds a customer by phone and name when the form writes the name in another order and with е for ё', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Семёнов Пётр' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Петр Семенов')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('Create or Update finds a customer by name and date of birth when the form writes the name in another order', async () => {
		const id = school.addLead({ name: 'Колычев Павел', dob: '2015-09-04' });

		const saved = await school.saveCustomer(upsertForm(nameAndBirthDateKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('two executions that save a name in two orders at the same moment create one customer', async () => {
		const executions = await Promise.all([
			school.saveCustomer(upsertForm(phoneAndNameKey('Колычев Павел'))),
			school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев'))),
		]);

		const results = executions.map(({ operationResult }) => operationResult);
		expect(results.sort()).toEqual(['created', 'unchanged']);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('two items with a name in two orders create one customer although AlfaCRM ignores the filter by name', async () => {
		school.settings.ignoredFilters = ['customer.name'];
		for (let count = 0; count < 30; count += 1) {
			school.addLead({ phone: [`+7(911)222-33-${10 + count}`] });
		}

		const saved = await school.saveCustomers(
			upsertForm(nameAndBirthDateKey('Колычев Павел')),
			upsertForm(nameAndBirthDateKey('Павел Колычев')),
		);

		expect(saved).toMatchObject([{ operationResult: 'created' }, { operationResult: 'unchanged' }]);
	});

	it.each([{ sibling: 'Анна Колычева' }, { sibling: 'Колычев Пётр' }])(
		'Create or Update creates a customer for $sibling when a sibling, Колычев Павел, has the phone',
		async ({ sibling }) => {
			school.addLead({ phone: [PHONE], name: 'Колычев Павел' });

			const saved = await school.saveCustomer(upsertForm(phoneAndNameKey(sibling)));

			expect(saved.operationResult).toBe('created');
		},
	);
});

describe('Create or Update when one of two names has more words', () => {
	it.each([
		{ stored: 'Колычев Павел Игоревич', typed: 'Павел Колычев' },
		{ stored: 'Колычев Павел', typed: 'Павел Игоревич Колычев' },
		{ stored: 'Колычев Павел', typed: 'Павел' },
	])(
		'Create or Update stops and names both names when AlfaCRM has "$stored" and the form has "$typed"',
		async ({ stored, typed }) => {
			const id = school.addLead({ phone: [PHONE], name: stored });

			const { message, description } = await school.expectRefused(upsertForm(phoneAndNameKey(typed)));

			expect(message).toBe(
				`Customer ${id} with 'Name' "${stored}" may be the one with "${typed}": one of the two has more words`,
			);
			expect(description).toBe(
				"If it is, write 'Name' alike here and in AlfaCRM; if that is another customer, add the new one with 'Create' first. Nothing was saved.",
			);
		},
	);

	it('Create or Update by name and date of birth stops when a customer born on that day has one more name', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич', dob: '2015-09-04' });

		const { message } = await school.expectRefused(upsertForm(nameAndBirthDateKey('Павел Колычев')));

		expect(message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	// A workflow that creates a customer after Find has returned nobody would create a duplicate.
	it('Find stops when a customer with the phone has one more name than the form', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const { message } = await school.expectRefused(findForm(phoneAndNameKey('Павел Колычев')));

		expect(message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	it('Create or Update finds the customer with exactly the words of the form beside one with more words', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });
		const id = school.addLead({ phone: [PHONE], name: 'Колычев Павел' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it("Create or Update creates a customer when the one with the longer name is archived and 'If the Match Is Archived' is 'Create a New One'", async () => {
		school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const saved = await school.saveCustomer(
			upsertForm(phoneAndNameKey('Павел Колычев'), {}, { ifArchived: 'create' }),
		);

		expect(saved.operationResult).toBe('created');
	});

	it('Create or Update stops when a customer with the exact name is archived and one with a longer name is active', async () => {
		const archived = school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел' });
		const active = school.addClient({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const { message, description } = await school.expectRefused(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(message).toBe(
			`Customer ${active} with 'Name' "Колычев Павел Игоревич" may be the one with "Павел Колычев": one of the two has more words. Customer ${archived} matches, but is archived`,
		);
		expect(description).toBe(
			"If the active one is meant, write 'Name' alike here and in AlfaCRM; if the archived one is, restore it in AlfaCRM first. Nothing was saved.",
		);
	});

	it('Create or Update finds the archived customer with the exact name when the one with the longer name is archived too', async () => {
		const id = school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел' });
		school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('Create or Update creates a customer when the one with the longer name has another phone', async () => {
		school.addLead({ name: 'Колычев Павел Игоревич', phone: [OTHER_PHONE] });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a value of a custom field that differs in capital letters only', () => {
	/** A picker that names a customer by the number of the contract. */
	const PAYER_BY_CONTRACT = { __rl: true, mode: 'custom', value: 'custom_dogovor=cus_aBc1' };

	it('Create or Update stops and names both values when a custom field differs in capital letters only', async () => {
		const id = school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { message } = await school.expectRefused(upsertForm(contractKey('cus_aBc1')));

		expect(message).toBe(
			`Customer ${id} with 'custom_dogovor' "cus_AbC1" may be the one with "cus_aBc1": they differ in capital letters only`,
		);
	});

	it('Take Payment stops when the custom field of the payer differs from the form in capital letters only', async () => {
		const cashBox = school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { message } = await school.expectRefused(
			customerForm('takePayment', { id: PAYER_BY_CONTRACT, income: 100, pay_account_id: cashBox }),
		);

		expect(message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readRecords('pay')).toEqual([]);
	});

	it('Take Payment enters the payment for the customer whose custom field has exactly the letters of the form', async () => {
		const cashBox = school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });
		const id = school.addLead({ custom_dogovor: 'cus_aBc1' });

		await school.run(
			customerForm('takePayment', { id: PAYER_BY_CONTRACT, income: 100, pay_account_id: cashBox }),
		);

		expect(school.readRecords('pay')).toMatchObject([{ customer_id: id }]);
	});

	it('Create or Update stops when AlfaCRM ignores the filter and a custom field in the whole list differs in capital letters only', async () => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let count = 0; count < 25; count += 1) {
			school.addLead({ custom_dogovor: `cus_${count}` });
		}
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		// The first item finds out that the filter is ignored, and reads the whole list for both.
		const { error } = await school.runToEnd(
			{},
			{ parametersByItem: [upsertForm(contractKey('cus_7')), upsertForm(contractKey('cus_aBc1'))] },
		);

		expect(error?.message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readWrites()).toEqual([]);
	});
});

describe('Create or Update for a user who may not see some values of the customers', () => {
	/** Makes AlfaCRM answer every search with one card. The card shows the name, the branch and these values. */
	const answerWithOneCard = (values: IDataObject) => {
		const card = { id: 7, name: 'Орлова Мия', is_study: CUSTOMER_TYPE.lead, removed: 0, branch_ids: [1] };
		school.answerSearches(() => [{ ...card, ...values }]);
	};

	it.each([
		{ phones: 'no phone field', values: {} },
		{ phones: 'null as phone', values: { phone: null } },
		{ phones: 'no phones', values: { phone: [] } },
		{ phones: 'an empty phone', values: { phone: [''] } },
		{ phones: 'a masked phone', values: { phone: ['+7(9**)***-**-**'] } },
	])(
		'Create or Update stops when AlfaCRM finds a card by phone, but the card shows $phones',
		async ({ values }) => {
			answerWithOneCard(values);

			const { message, description } = await school.expectRefused(upsertByPhoneForm({ name: 'Мия' }));

			expect(message).toBe(
				"AlfaCRM finds customers by 'Phone' but shows it on none of them, so it is not sure which one is meant",
			);
			expect(description).toBe(
				"Let the role of the credential's user see it, or match by something that this user sees. Nothing was saved.",
			);
		},
	);

	it('Create or Update stops when AlfaCRM finds a card by email, but the card shows no email', async () => {
		answerWithOneCard({});

		const { message } = await school.expectRefused(
			upsertForm({ matchBy: 'email', email: EMAIL }, { name: 'Мия' }),
		);

		expect(message).toContain("AlfaCRM finds customers by 'Email' but shows it on none of them");
	});

	it('Create or Update stops when AlfaCRM finds a card by a Telegram name, but the card shows no website', async () => {
		answerWithOneCard({});

		const { message } = await school.expectRefused(
			upsertForm({ matchBy: 'web', web: '@mia_orlova' }, { name: 'Мия' }),
		);

		expect(message).toContain("AlfaCRM finds customers by 'Website' but shows it on none of them");
	});

	// A workflow that creates a customer after Find has returned nobody would create a duplicate.
	it('Find stops when AlfaCRM finds a card by phone, but the card shows no phone', async () => {
		answerWithOneCard({});

		const { message } = await school.expectRefused(findByPhoneForm());

		expect(message).toContain("AlfaCRM finds customers by 'Phone' but shows it on none of them");
	});

	it('Create or Update creates a customer when AlfaCRM ignores the filter by email and lists a card without an email', async () => {
		school.settings.ignoredFilters = ['customer.email'];
		school.addLead({ phone: [PHONE], email: [] });

		const saved = await school.saveCustomer(upsertForm({ matchBy: 'email', email: EMAIL }, { name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('Create or Update creates a customer with a Telegram name when the card that AlfaCRM lists has no website', async () => {
		answerWithOneCard({ web: [] });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'web', web: '@mia_orlova' }, { name: 'Мия' }),
		);

		expect(saved.operationResult).toBe('created');
	});

	it('Create or Update creates a customer when AlfaCRM finds nobody by the phone', async () => {
		school.addLead({ phone: [] });

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('Create or Update creates a customer when AlfaCRM lists one card without a phone and one with another phone', async () => {
		school.answerSearches(() => [
			{ id: 7, removed: 0, phone: [] },
			{ id: 8, removed: 0, phone: ['+7(911)222-00-01'] },
		]);

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a card that holds a filler in place of a phone', () => {
	/** Fillers, each with a real phone that ends in the same digits. */
	const FILLERS = [
		{ filler: '+7(999)999-99-99', phone: '+7 912 345-99-99' },
		{ filler: '9999999999', phone: '+7 912 345-99-99' },
		{ filler: '+7(000)000-00-00', phone: '+7 912 345-00-00' },
		{ filler: '0000', phone: '+7 912 345-00-00' },
		{ filler: '1111', phone: '+7 912 345-11-11' },
		{ filler: '+7(900)5**-00-01', phone: '+7 912 345-00-01' },
	];

	it.each(FILLERS)(
		'Create or Update creates a customer with the phone $phone although a card has the filler $filler, with the same last digits',
		async ({ filler, phone }) => {
			school.addLead({ phone: [filler] });

			const saved = await school.saveCustomer(upsertForm(phoneKey(phone), { name: 'Мия' }));

			expect(saved.operationResult).toBe('created');
		},
	);

	it.each(FILLERS)(
		'Find returns nobody for the phone $phone although a card has the filler $filler, with the same last digits',
		async ({ filler, phone }) => {
			school.addLead({ phone: [filler] });

			const ids = await school.findIds(findForm(phoneKey(phone)));

			expect(ids).toEqual([]);
		},
	);
});

describe('the sender of a mail as an email', () => {
	const ADDRESS_AFTER_NAME = 'Anna Petrova <anna@example.org>';
	const ADDRESS_AFTER_QUOTED_NAME = '"Petrova, Anna" <Anna@example.org>';
	const ADDRESS_AFTER_NAME_WITH_COMMA = 'Petrova, Anna <anna@example.org>';
	const ADDRESS_ALONE = 'anna@example.org';

	/** Fills 'Match By' with an email. */
	const emailKey = (email: string): MatchKey => ({ matchBy: 'email', email });

	it('Create or Update creates one customer, with the address alone, when mail programs write the sender in several ways', async () => {
		const results = await school.runInTurn(
			upsertForm(emailKey(ADDRESS_AFTER_NAME), { name: 'Анна' }),
			upsertForm(emailKey(ADDRESS_AFTER_QUOTED_NAME), { name: 'Анна' }),
			upsertForm(emailKey(ADDRESS_AFTER_NAME_WITH_COMMA), { name: 'Анна' }),
			upsertForm(emailKey(ADDRESS_ALONE), { name: 'Анна' }),
		);

		expect(results).toBe('created, unchanged, unchanged, unchanged');
		expect(school.readRecords('customer')).toMatchObject([{ email: ['anna@example.org'] }]);
	});

	it.each([
		{ email: ADDRESS_AFTER_NAME },
		{ email: ADDRESS_AFTER_QUOTED_NAME },
		{ email: ADDRESS_AFTER_NAME_WITH_COMMA },
		{ email: ADDRESS_ALONE },
	])('Create or Update does not add the sender $email to a card that has the address', async ({ email }) => {
		const id = school.addLead({ phone: [PHONE], email: ['anna@example.org'] });

		const saved = await school.saveCustomer(upsertByPhoneForm({ email }));

		expect(saved.operationResult).toBe('unchanged');
		expect(school.readCustomer(id).email).toEqual(['anna@example.org']);
	});

	it('Create or Update adds no address to a card that has the name and the address in one text', async () => {
		const id = school.addLead({ phone: [PHONE], email: [ADDRESS_AFTER_NAME] });
		const form = upsertForm(emailKey(ADDRESS_ALONE), {
			email: [ADDRESS_AFTER_NAME, ADDRESS_AFTER_QUOTED_NAME, ADDRESS_AFTER_NAME_WITH_COMMA, ADDRESS_ALONE],
		});

		const saved = await school.saveCustomer(form);

		expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
		expect(school.readCustomer(id).email).toEqual([ADDRESS_AFTER_NAME]);
	});

	it('Create saves only the address when the email is the sender of a mail with name and address', async () => {
		const sender = '"Petrova, Anna" <Anna@example.org>';

		const { id } = await school.saveCustomer(createForm({ email: sender }));

		expect(school.readCustomer(id).email).toEqual(['Anna@example.org']);
	});

	it('Update saves only the address when the email is the sender of a mail with name and address', async () => {
		const sender = '"Petrova, Anna" <Anna@example.org>';
		const id = school.addLead({ email: [EMAIL] });

		await school.saveCustomer(updateForm(id, { email: sender }));

		expect(school.readCustomer(id).email).toEqual(['Anna@example.org']);
	});
});

describe('Create or Update by a phone that the customer has in another spelling', () => {
	const PHONE_IN_OTHER_SPELLING = '8 900 555 00 01';

	it("Create or Update keeps the spelling that a phone has on the card when the form has the phone only under 'Match By'", async () => {
		const id = school.addLead({ phone: [PHONE_IN_OTHER_SPELLING] });

		await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }));

		expect(school.requests.at(-1)?.body).toEqual({ note: 'Новое' });
		expect(school.readPhones(id)).toEqual([PHONE_IN_OTHER_SPELLING]);
	});

	it('Create or Update saves the spelling that a phone has among the fields, and adds the other phones of the fields', async () => {
		const id = school.addLead({ phone: [PHONE_IN_OTHER_SPELLING] });

		await school.saveCustomer(upsertByPhoneForm({ phone: '+7 900 555 00 01, 123-45-67' }));

		expect(school.readPhones(id)).toEqual([PHONE, '123-45-67']);
	});

	it('Create or Update creates a customer with the phone and its extension when the extension is only among the fields', async () => {
		const { id } = await school.saveCustomer(
			upsertByPhoneForm({ name: 'Мия', phone: ['+7 900 555-00-01 доб. 12'] }),
		);

		expect(school.readPhones(id)).toEqual(['+7 900 555-00-01 доб. 12']);
	});
});

describe('Create or Update when lists are replaced', () => {
	it('Create or Update that replaces lists keeps all phones of the card when no phone is among the fields', async () => {
		const id = school.addLead({ phone: [PHONE, '123-45-67'] });

		await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }, REPLACE_LISTS));

		expect(school.readPhones(id)).toEqual([PHONE, '123-45-67']);
	});

	it("Create or Update that replaces lists keeps the phone under 'Match By' and replaces the other phones with those of the fields", async () => {
		const id = school.addLead({ phone: [PHONE, '123-45-67'] });

		await school.saveCustomer(upsertByPhoneForm({ phone: '765-43-21' }, REPLACE_LISTS));

		expect(school.readPhones(id)).toEqual([PHONE, '765-43-21']);
	});

	it('Create or Update by phone or email adds the phone, and replaces none, when it finds the customer by the email', async () => {
		const id = school.addLead({ phone: [PHONE, '765-43-21'], email: [EMAIL] });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: EMAIL }, {}, REPLACE_LISTS),
		);

		expect(saved).toMatchObject({ id, changedFields: ['phone'] });
		expect(school.readPhones(id)).toEqual([PHONE, '765-43-21', OTHER_PHONE]);
	});

	it.each<{ matchBy: string; key: MatchKey }>([
		{ matchBy: 'the phone', key: { matchBy: 'phone', phone: '8 900 555 00 01' } },
		{ matchBy: 'the email', key: { matchBy: 'email', email: 'MIA@school.example' } },
		{
			matchBy: 'the email when the phone is a dash',
			key: { matchBy: 'phoneOrEmail', phone: ' - ', email: EMAIL },
		},
		{
			matchBy: 'the phone and the name',
			key: { matchBy: 'phoneAndName', phone: PHONE, name: 'Орлова Мия' },
		},
	])(
		'Create or Update that replaces lists keeps all phones and emails when it matches by $matchBy',
		async ({ key }) => {
			const id = school.addLead({
				name: 'Орлова Мия',
				phone: [PHONE, '8-800-нет'],
				email: [EMAIL, 'mama@example.org'],
			});

			const saved = await school.saveCustomer(
				upsertForm(key, {}, { ...REPLACE_LISTS, overwriteWithEmpty: true }),
			);

			expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
			expect(school.readCustomer(id)).toMatchObject({
				phone: [PHONE, '8-800-нет'],
				email: [EMAIL, 'mama@example.org'],
			});
		},
	);

	it('Create or Update replaces only the lists that are among the fields', async () => {
		const id = school.addLead({
			phone: [PHONE, '8-800-нет'],
			email: [EMAIL, 'mama@example.org'],
			teacher_ids: [1, 2],
		});

		await school.saveCustomer(upsertByPhoneForm({ teacher_ids: [3] }, REPLACE_LISTS));

		expect(school.readCustomer(id)).toMatchObject({
			phone: [PHONE, '8-800-нет'],
			email: [EMAIL, 'mama@example.org'],
			teacher_ids: [3],
		});
	});
});

describe('Create or Update by name and date of birth', () => {
	const MIA_KEY = nameAndBirthDateKey('Орлова Мия');
	const CHANGE_EVERY_FIELD = { onlyForNew: [] };
	let id: number;

	beforeEach(() => {
		id = school.addLead({ name: 'орлова мия', dob: '04.09.2015' });
	});

	it("Create or Update keeps the letters of the name on the card when the form has the name only under 'Match By'", async () => {
		await school.saveCustomer(upsertForm(MIA_KEY, { note: 'Новое' }, CHANGE_EVERY_FIELD));

		expect(school.readCustomer(id)).toMatchObject({ name: 'орлова мия', note: 'Новое' });
	});

	it('Create or Update saves the letters that the name has among the fields', async () => {
		await school.saveCustomer(upsertForm(MIA_KEY, { name: 'Орлова Мия' }, CHANGE_EVERY_FIELD));

		expect(school.readCustomer(id)).toMatchObject({ name: 'Орлова Мия' });
	});

	it('Create or Update saves a new date of birth from the fields, but keeps the name by default', async () => {
		await school.saveCustomer(upsertForm(MIA_KEY, { dob: '2015-09-12', name: 'Ия' }));

		expect(school.readCustomer(id)).toMatchObject({ name: 'орлова мия', dob: '12.09.2015' });
	});
});

describe('Create or Update for a new customer with another name among the fields', () => {
	it('Create or Update creates a customer with the letters that the name has among the fields', async () => {
		const { id } = await school.saveCustomer(
			upsertForm(nameAndBirthDateKey('Орлова Мия'), { name: 'ОРЛОВА МИЯ' }),
		);

		expect(school.readCustomer(id)).toMatchObject({ name: 'ОРЛОВА МИЯ', dob: '04.09.2015' });
	});

	it("Create or Update creates a customer with the name under 'Match By', which the next run looks for, when the fields have another name", async () => {
		const { id } = await school.saveCustomer(
			upsertForm(nameAndBirthDateKey('Орлова Мия'), { name: 'Иванов' }),
		);

		expect(school.readCustomer(id)).toMatchObject({ name: 'Орлова Мия' });
	});
});

describe.each([
	{ stored: 'a text', custom_dogovor: 'Д-Ё12' },
	{ stored: 'a list', custom_dogovor: ['Д-Ё12', 'Д-13'] },
])('Create or Update by a custom field that holds $stored', ({ custom_dogovor }) => {
	let id: number;

	beforeEach(() => {
		id = school.addLead({ custom_dogovor });
	});

	it("Create or Update keeps the custom field of a customer when the form spells it in another way under 'Match By'", async () => {
		const saved = await school.saveCustomer(upsertForm(contractKey(' Д-Е12 '), { note: 'Новое' }));

		expect(saved).toMatchObject({ id, changedFields: ['note'] });
		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor });
	});

	it("Create or Update keeps the custom field under 'Match By' when it is empty among the fields", async () => {
		const form = upsertForm(contractKey('Д-Ё12'), customField('custom_dogovor', ''), {
			overwriteWithEmpty: true,
		});

		await school.saveCustomer(form);

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor });
	});

	it("Create or Update replaces the custom field under 'Match By' with another value among the fields", async () => {
		await school.saveCustomer(upsertForm(contractKey('Д-Ё12'), customField('custom_dogovor', 'Д-другой')));

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor: 'Д-другой' });
	});
});

describe('Create or Update for a new customer with another custom field among the fields', () => {
	it("Create or Update creates a customer with the custom field under 'Match By', which the next run looks for, when the fields have another value", async () => {
		const { id } = await school.saveCustomer(
			upsertForm(contractKey('Д-ключ'), { name: 'Мия', ...customField('custom_dogovor', 'Д-новый') }),
		);

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor: 'Д-ключ' });
	});
});

const CHILD_PHONE = PHONE;
const MOTHER_PHONE = OTHER_PHONE;

/** A form has the phone of a child under Match By, and the phone of the mother among the fields that it saves. */
describe.each([
	{
		input: 'the fields of the form',
		parameters: { fieldsToSet: { name: 'Артём', phone: [MOTHER_PHONE], note: 'Новое' } },
	},
	{
		input: 'JSON',
		parameters: {
			inputMode: 'json',
			json: `{ "name": "Артём", "phone": ["${MOTHER_PHONE}"], "note": "Новое" }`,
		},
	},
	{
		input: 'the mapper',
		parameters: {
			inputMode: 'map',
			columns: {
				mappingMode: 'defineBelow',
				value: { name: 'Артём', phone: MOTHER_PHONE, note: 'Новое' },
			},
		},
	},
])('Create or Update with the phone of the mother in $input', ({ parameters }) => {
	const CHILD_FORM = { ...upsertForm(phoneKey(CHILD_PHONE), {}, { ifSeveral: 'all' }), ...parameters };
	let mother: number;

	beforeEach(() => {
		mother = school.addLead({ name: 'Соколова Ирина', phone: [MOTHER_PHONE], note: 'Мама' });
	});

	it('Create or Update creates a child with two phones although the second one is the phone of the mother', async () => {
		const motherBefore = school.readCustomer(mother);

		const child = await school.saveCustomer(CHILD_FORM);

		expect(child).toMatchObject({ operationResult: 'created', phone: `${CHILD_PHONE}, ${MOTHER_PHONE}` });
		expect(school.readCustomer(mother)).toEqual(motherBefore);
	});

	it('Create or Update finds only the child when it runs again with the phones of the child and of the mother', async () => {
		const { id } = await school.saveCustomer(CHILD_FORM);

		const { json } = await school.run(CHILD_FORM);

		expect(json).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('Create or Update adds the phone of the mother to the card of the child when it is missing there', async () => {
		const child = school.addLead({ name: 'Артём', phone: [CHILD_PHONE], note: 'Новое' });
		const motherBefore = school.readCustomer(mother);

		const { json } = await school.run(CHILD_FORM);

		expect(json).toMatchObject([{ id: child, phone: `${CHILD_PHONE}, ${MOTHER_PHONE}` }]);
		expect(school.readCustomer(mother)).toEqual(motherBefore);
	});
});

describe('Create or Update with values of the mother among the fields', () => {
	it.each<{ matchBy: string; key: MatchKey; fields: IDataObject }>([
		{
			matchBy: 'email',
			key: { matchBy: 'email', email: 'artem@example.org' },
			fields: { email: [EMAIL] },
		},
		{
			matchBy: 'phone or email',
			key: { matchBy: 'phoneOrEmail', phone: CHILD_PHONE, email: 'a@example.org' },
			fields: { email: [EMAIL], phone: [MOTHER_PHONE] },
		},
		{
			matchBy: 'phone and name',
			key: { matchBy: 'phoneAndName', phone: CHILD_PHONE, name: 'Орлова Мия' },
			fields: { phone: [MOTHER_PHONE] },
		},
	])(
		'Create or Update by $matchBy creates the child although the fields have values of the mother',
		async ({ key, fields }) => {
			const mother = school.addLead({ name: 'Орлова Мия', phone: [MOTHER_PHONE], email: [EMAIL] });
			const motherBefore = school.readCustomer(mother);

			const saved = await school.saveCustomer(upsertForm(key, { name: 'Артём', ...fields }));

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(mother)).toEqual(motherBefore);
		},
	);
});

describe('Create or Update with empty values', () => {
	const EMPTY_FIELDS = {
		note: '',
		email: [],
		lead_source_id: '',
		...customField('custom_school', ''),
	};

	it('Create or Update sends no empty fields for a new customer', async () => {
		await school.saveCustomer(
			upsertByPhoneForm({ name: 'Мия', note: '', dob: null, web: [], legal_type: '' }),
		);

		expect(school.requests.at(-1)?.body).toEqual({
			name: 'Мия',
			is_study: CUSTOMER_TYPE.lead,
			legal_type: 1,
			branch_ids: [1],
			phone: [PHONE],
		});
	});

	it('Create or Update with empty fields changes nothing of an existing customer by default', async () => {
		school.addLead({ phone: [PHONE], note: 'Старое', email: [EMAIL], lead_source_id: 1 });

		const saved = await school.saveCustomer(upsertByPhoneForm(EMPTY_FIELDS));

		expect(saved).toMatchObject({
			operationResult: 'unchanged',
			note: 'Старое',
			email: EMAIL,
			lead_source_id: 1,
		});
	});

	it("Create or Update with empty fields empties those of an existing customer when 'Overwrite With Empty Values' is on", async () => {
		const id = school.addLead({ phone: [PHONE], note: 'Старое', email: [EMAIL], lead_source_id: 1 });

		const saved = await school.saveCustomer(upsertByPhoneForm(EMPTY_FIELDS, { overwriteWithEmpty: true }));

		expect(new Set(saved.changedFields as string[])).toEqual(new Set(['note', 'email', 'lead_source_id']));
		expect(school.readCustomer(id)).toMatchObject({ note: null, email: [], lead_source_id: null });
	});
});
