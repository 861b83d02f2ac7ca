import type { IDataObject } from 'n8n-workflow';

import { sortMatches } from '../../../nodes/AlfaCrm/run/matching/chooseMatches';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { MatchKey } from './matchingSchool';
import {
	ACTIVE_UNTIL,
	ARCHIVED_ON,
	contractKey,
	createForm,
	EMAIL,
	findForm,
	MatchingSchool,
	updateForm,
	upsertForm,
} from './matchingSchool';
import { customerForm, findByPhoneForm, OTHER_PHONE, PHONE, upsertByPhoneForm } from './school';

const REPLACE_LISTS = { listMode: 'replace' };
const ALL_FIELDS = ['all'];

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
	it('creates a customer with the given fields and the phone when nobody has the phone', async () => {
		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		expect(saved).toMatchObject({
			name: 'Мия',
			note: 'Новое',
			phone: PHONE,
			operationResult: 'created',
		});
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('sends only the fields that differ when the customer exists', async () => {
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

	it('saves nothing when it runs again with the same values', async () => {
		await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия', note: 'Новое' }));

		expect(saved).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.readWrites()).toEqual(['customer/create']);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('refuses to create a customer without a name', async () => {
		const { message } = await school.expectRefused(upsertByPhoneForm({ name: '' }));

		expect(message).toBe("'Name' is empty, but it is required");
	});

	it('refuses an ID among the fields in JSON', async () => {
		const form = { ...upsertByPhoneForm(), inputMode: 'json', json: '{"id":1}' };

		const { message } = await school.expectRefusedUnsent(form);

		expect(message).toContain('has no field "id"');
	});

	it('gives a new customer the name of its own parameter when the JSON has none', async () => {
		const form = { ...upsertByPhoneForm(), name: 'Мия', inputMode: 'json', json: '{"note":"Новое"}' };

		const { name, note } = await school.saveCustomer(form);

		expect({ name, note }).toEqual({ name: 'Мия', note: 'Новое' });
	});

	it('gives a new customer the name in the JSON when its own parameter has another', async () => {
		const form = { ...upsertByPhoneForm(), name: 'Мия', inputMode: 'json', json: '{"name":"Артём"}' };

		const { name } = await school.saveCustomer(form);

		expect(name).toBe('Артём');
	});

	it('finds the customer whom it created in its own branch although another branch is searched', async () => {
		const form = upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [2] });

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
		'creates a customer (If Several Match: $ifSeveral, If the Match Is Archived: $ifArchived)',
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
	// Archived customers are added last, so that the newest customer is never an active one.
	const addArchivedClients = () => {
		for (let count = 0; count < archivedCount; count += 1) {
			school.addArchivedClient({ phone: [PHONE] });
		}
	};

	it.each(EVERY_CHOICE)(
		'updates the only active customer (If Several Match: $ifSeveral, If the Match Is Archived: $ifArchived)',
		async (options) => {
			const id = school.addLead({ phone: [PHONE] });
			addArchivedClients();

			const { json } = await school.run(upsertByPhoneForm({ note: 'Новое' }, options));

			expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
			expect(school.readIdsByNote('Новое')).toEqual([id]);
			expect(school.readCustomer(id).e_date).toBe(ACTIVE_UNTIL);
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		'refuses two active customers when If Several Match is Stop (If the Match Is Archived: $ifArchived)',
		async ({ ifArchived }) => {
			school.addLead({ phone: [PHONE] });
			school.addLead({ phone: [PHONE] });
			addArchivedClients();

			const { message } = await school.expectRefused(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'refuse', ifArchived }),
			);

			expect(message).toBe('2 customers match by Phone: 2 (lead), 1 (lead)');
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		'updates the newer of two active customers when If Several Match is Update the First (If the Match Is Archived: $ifArchived)',
		async ({ ifArchived }) => {
			school.addLead({ phone: [PHONE] });
			const newerId = school.addLead({ phone: [PHONE] });
			addArchivedClients();

			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'newest', ifArchived }),
			);

			expect(json).toMatchObject([{ id: newerId, operationResult: 'updated' }]);
			expect(school.readIdsByNote('Новое')).toEqual([newerId]);
		},
	);

	it.each(EVERY_IF_ARCHIVED)(
		'updates both of two active customers when If Several Match is Update All (If the Match Is Archived: $ifArchived)',
		async ({ ifArchived }) => {
			const olderId = school.addLead({ phone: [PHONE] });
			const newerId = school.addLead({ phone: [PHONE] });
			addArchivedClients();

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
		'updates the customer in the archive when If the Match Is Archived is Update (If Several Match: $ifSeveral)',
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'update' }),
			);

			expect(json).toMatchObject([{ id: archivedId, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([{ note: 'Новое', e_date: ARCHIVED_ON }]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		'takes the customer out of the archive when If the Match Is Archived is Restore and Update (If Several Match: $ifSeveral)',
		async ({ ifSeveral }) => {
			const { json } = await school.run(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral, ifArchived: 'restore' }),
			);

			expect(json).toMatchObject([{ id: archivedId, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([{ note: 'Новое', e_date: ACTIVE_UNTIL }]);
		},
	);

	it.each(EVERY_IF_SEVERAL)(
		'creates another customer when If the Match Is Archived is Create a New One (If Several Match: $ifSeveral)',
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
		'saves nothing when If the Match Is Archived is Skip (If Several Match: $ifSeveral)',
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
		'refuses both when If Several Match is Stop (If the Match Is Archived: $ifArchived)',
		async ({ ifArchived }) => {
			const { message } = await school.expectRefused(
				upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'refuse', ifArchived }),
			);

			expect(message).toBe('2 customers match by Phone: 2 (client, archived), 1 (client, archived)');
		},
	);

	it.each([
		{ ifArchived: 'update', endDate: ARCHIVED_ON },
		{ ifArchived: 'restore', endDate: ACTIVE_UNTIL },
	])(
		'updates the newer one when If Several Match is Update the First (If the Match Is Archived: $ifArchived)',
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
		'updates both when If Several Match is Update All (If the Match Is Archived: $ifArchived)',
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
		'creates a third customer when If the Match Is Archived is Create a New One (If Several Match: $ifSeveral)',
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
		'returns the newer one unchanged when If the Match Is Archived is Skip (If Several Match: $ifSeveral)',
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

	beforeEach(() => {
		school.addLead({ phone: [PHONE] });
		school.addClient({ phone: [PHONE] });
		school.addArchivedLead({ phone: [PHONE] });
	});

	it('Create or Update stops, names the active customers with the phone and says what to do', async () => {
		const { message, description } = await school.expectRefused(upsertByPhoneForm({ note: 'Новое' }));

		expect(message).toBe('2 customers match by Phone: 2 (client), 1 (lead)');
		expect(description).toBe(
			"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM. Nothing was saved.",
		);
	});

	it('Find stops, names the active and the archived customers with the phone and says what to do', async () => {
		const { message, description } = await school.expectRefused(findByPhoneForm());

		expect(message).toBe('3 customers match by Phone: 2 (client), 1 (lead), 3 (lead, archived)');
		expect(description).toBe(
			"Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM.",
		);
	});

	it('Find returns every active customer with the phone and warns in a hint when Return All is chosen', async () => {
		const { json, hints } = await school.run(findByPhoneForm({ ifSeveral: 'all', archived: false }));

		expect(json).toMatchObject([{ id: CLIENT }, { id: LEAD }]);
		expect(hints).toEqual([
			'Several customers match and all are returned, so the next nodes, such as a payment, run once for each: 2 (client), 1 (lead)',
		]);
	});

	it('Find returns the client and not the lead, without a hint, when Return the First is chosen', async () => {
		const { json, hints } = await school.run(findByPhoneForm({ ifSeveral: 'newest' }));

		expect(json).toMatchObject([{ id: CLIENT }]);
		expect(hints).toEqual([]);
	});

	it('Create or Update warns in a hint that it has updated several customers', async () => {
		const { hints } = await school.run(upsertByPhoneForm({ note: 'Новое' }, { ifSeveral: 'all' }));

		expect(hints).toEqual([
			'Several customers match and all are returned, so the next nodes, such as a payment, run once for each: 2 (client), 1 (lead)',
		]);
	});
});

describe('sortMatches', () => {
	it('puts active before archived matches, then clients before leads, then the highest ID', () => {
		const matches = [
			{ row: { id: 9, is_study: CUSTOMER_TYPE.lead }, archived: false },
			{ row: { id: 8, is_study: CUSTOMER_TYPE.client }, archived: true },
			{ row: { id: 1, is_study: '1' }, archived: false },
			{ row: { id: 7, is_study: CUSTOMER_TYPE.lead }, archived: true },
			{ row: { id: 2, is_study: CUSTOMER_TYPE.client }, archived: false },
			{ row: { id: 6, is_study: null }, archived: false },
		];

		const sortedMatches = sortMatches(matches);

		expect(sortedMatches).toMatchObject([
			{ row: { id: 2 } },
			{ row: { id: 1 } },
			{ row: { id: 9 } },
			{ row: { id: 6 } },
			{ row: { id: 8 } },
			{ row: { id: 7 } },
		]);
	});

	it('compares IDs as numbers, and leaves the given list as it is', () => {
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

	it('creates a customer with a shortened name when Shorten Long Texts is on, and says so in a hint', async () => {
		const { json, hints } = await school.run(
			upsertForm(phoneAndNameKey(LONG_NAME), {}, { shortenTexts: true }),
		);

		expect(json).toMatchObject([{ operationResult: 'created', name: SHORTENED_NAME }]);
		expect(hints).toEqual([SHORTENED_HINT]);
	});

	it('finds the customer again by the shortened name', async () => {
		const form = upsertForm(phoneAndNameKey(LONG_NAME), { name: LONG_NAME }, { shortenTexts: true });
		const { id } = await school.saveCustomer(form);

		const { json, hints } = await school.run(form);

		expect(json).toMatchObject([{ id, operationResult: 'unchanged', name: SHORTENED_NAME }]);
		expect(hints).toEqual([SHORTENED_HINT, 'Nothing of this customer had to be changed: customer 1']);
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('keeps the long name that a customer has', async () => {
		const id = school.addLead({ phone: [PHONE], name: LONG_NAME });

		const saved = await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }));

		expect(saved).toMatchObject({ id, name: LONG_NAME, operationResult: 'updated' });
	});

	it('lets Find find a customer who has the long name in AlfaCRM', async () => {
		const id = school.addLead({ phone: [PHONE], name: LONG_NAME });

		const ids = await school.findIds(findForm(phoneAndNameKey(LONG_NAME)));

		expect(ids).toEqual([id]);
	});
});

describe('Create or Update with Set Only on Creation', () => {
	it('keeps the name and the customer type of an existing customer by default', async () => {
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

	it('keeps only the note when only the note is chosen', async () => {
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

	it('changes name and note when nothing is chosen', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(upsertByPhoneForm({ name: 'Ия', note: 'Новое' }, { onlyForNew: [] }));

		expect(school.readCustomer(id)).toMatchObject({ name: 'Ия', note: 'Новое' });
	});

	it('changes name and customer type by default when the customer is matched by ID', async () => {
		const id = school.addLead({ name: 'Мия' });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'id', id }, { name: 'Ия', is_study: CUSTOMER_TYPE.client }),
		);

		expect(saved).toMatchObject({ changedFields: ['name', 'is_study'] });
		expect(school.readWrites()).toEqual(['customer/update']);
		expect(school.requests.at(-1)?.body).not.toHaveProperty('id');
	});

	it('lists the unsaved name before the other unsaved texts of an existing customer', async () => {
		school.addClient({ name: 'Клиентов Ян', phone: [PHONE], email: ['yan@example.org'] });
		const fieldsToSet = { email: ['papa@example.org'] };
		const options = { onlyForNew: ALL_FIELDS };

		const saved = await school.saveCustomer({
			...upsertByPhoneForm(fieldsToSet, options),
			name: 'Папа Яна',
		});

		expect(saved).toMatchObject({ notSaved: 'Папа Яна, papa@example.org' });
	});

	it.each([
		{ choice: 'All Fields', onlyForNew: ALL_FIELDS },
		{ choice: 'Note and All Fields', onlyForNew: ['note', 'all'] },
		{ choice: 'All Fields as a text', onlyForNew: 'all' },
	])('changes nothing of an existing customer when $choice is chosen', async ({ onlyForNew }) => {
		const id = school.addLead({ phone: [PHONE], note: 'Старое', custom_school: '12', email: [EMAIL] });
		const cardBefore = school.readCustomer(id);

		const saved = await school.saveCustomer(
			upsertByPhoneForm(
				{
					name: 'Ия',
					note: 'Новое',
					email: ['other@example.org'],
					dob: '2015-09-04',
					...customField('custom_school', '7'),
				},
				{ onlyForNew },
				[PHONE, OTHER_PHONE],
			),
		);

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
		expect(school.readCustomer(id)).toEqual(cardBefore);
	});

	it('sets every field of a new customer when All Fields is chosen', async () => {
		const { id } = await school.saveCustomer(
			upsertByPhoneForm(
				{ name: 'Ия', note: 'Новое', dob: '2015-09-04', ...customField('custom_school', '7') },
				{ onlyForNew: ALL_FIELDS },
			),
		);

		expect(school.readCustomer(id)).toMatchObject({
			note: 'Новое',
			custom_school: '7',
			dob: '04.09.2015',
		});
	});

	it('restores an archived customer and changes nothing else when All Fields is chosen', async () => {
		const id = school.addArchivedLead({ phone: [PHONE], name: 'Мия', note: 'Старое' });

		await school.saveCustomer(
			upsertByPhoneForm({ name: 'Ия', note: 'Новое' }, { onlyForNew: ALL_FIELDS, ifArchived: 'restore' }),
		);

		expect(school.readCustomer(id)).toMatchObject({
			name: 'Мия',
			note: 'Старое',
			e_date: ACTIVE_UNTIL,
		});
	});
});

describe('Match By', () => {
	const KEYS: Array<{ key: MatchKey; otherKey: MatchKey }> = [
		{
			key: { matchBy: 'email', email: 'family@example.ORG' },
			otherKey: { matchBy: 'email', email: 'family@example.orgs' },
		},
		{
			key: { matchBy: 'nameAndBirthDate', name: 'артем соколов', dob: '2015-09-04' },
			otherKey: { matchBy: 'nameAndBirthDate', name: 'Артём Соколов', dob: '2015-09-05' },
		},
		{
			key: { matchBy: 'phoneAndName', phone: '8(900)5550001', name: 'Артём Соколов' },
			otherKey: { matchBy: 'phoneAndName', phone: PHONE, name: 'Артём Соколовский' },
		},
		{
			key: { matchBy: 'phoneOrEmail', phone: '', email: 'family@example.org' },
			otherKey: { matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: EMAIL },
		},
		{
			key: { matchBy: 'phoneOrEmail', phone: '9005550001', email: EMAIL },
			otherKey: { matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: '' },
		},
		{ key: contractKey('Д-77'), otherKey: contractKey('Д-7') },
	];
	let id: number;

	beforeEach(() => {
		id = school.addLead({
			name: 'Артём  Соколов',
			phone: [PHONE],
			email: ['Family@Example.org'],
			dob: '04.09.2015',
			custom_dogovor: 'Д-77',
		});
	});

	it.each(KEYS)('Create or Update updates the customer whom $key matches', async ({ key }) => {
		const saved = await school.saveCustomer(upsertForm(key, { note: 'Новое' }));

		expect(saved).toMatchObject({ id, operationResult: 'updated' });
		expect(school.readCustomer(id)).toMatchObject({ name: 'Артём  Соколов', note: 'Новое' });
	});

	it.each(KEYS)('Create or Update creates a customer when $otherKey matches nobody', async ({ otherKey }) => {
		const saved = await school.saveCustomer(upsertForm(otherKey, { name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
		expect(school.readRecords('customer')).toHaveLength(2);
	});

	it.each(KEYS)('Find returns the customer whom $key matches', async ({ key }) => {
		const ids = await school.findIds(findForm(key));

		expect(ids).toEqual([id]);
	});
});

describe('Create or Update for a value in another spelling', () => {
	const SPELLINGS = [
		{ difference: 'е for ё', stored: 'Пётр Семёнов', typed: 'Петр Семенов' },
		{ difference: 'other blanks', stored: 'Мия\u00a0Орлова\u200b', typed: ' Мия   Орлова\n' },
		{ difference: 'ё as two characters', stored: 'Ёж'.normalize('NFD'), typed: 'Еж' },
	];

	it.each(SPELLINGS)('finds the customer by a name with $difference', async ({ stored, typed }) => {
		const id = school.addLead({ name: stored, dob: '2015-09-04' });

		const saved = await school.saveCustomer(upsertForm(nameAndBirthDateKey(typed)));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it.each(SPELLINGS)('finds the customer by a custom field with $difference', async ({ stored, typed }) => {
		const id = school.addLead({ custom_dogovor: stored });

		const saved = await school.saveCustomer(upsertForm(contractKey(typed)));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});
});

describe('an empty phone under Match By', () => {
	it('Create or Update stops when the phone is empty, and names the option that creates a customer', async () => {
		const { message, description } = await school.expectRefusedUnsent(
			upsertByPhoneForm({ name: 'Мия' }, {}, ' '),
		);

		expect(message).toBe("'Phone' is empty, so no customer can be looked for");
		expect(description).toContain("or let 'If Match Value Is Unusable' create a record");
	});

	it('Find stops when the phone is empty', async () => {
		const { message } = await school.expectRefusedUnsent(findByPhoneForm({}, ''));

		expect(message).toBe("'Phone' is empty, so no customer can be looked for");
	});

	it('Create or Update creates a customer for each empty phone, without a search, when the option says so', async () => {
		const form = upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' }, ' ');

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, created');
		expect(school.calls).toEqual(['customer/create', 'customer/create']);
	});
});

describe('an unusable value under Match By', () => {
	const UNUSABLE_KEYS: Array<{ key: MatchKey }> = [
		{ key: contractKey('-') },
		{ key: { matchBy: 'email', email: 'нет' } },
		{ key: { matchBy: 'phone', phone: '-' } },
	];
	const UNUSABLE_VALUES = { phone: ['-'], email: ['нет'], custom_dogovor: '-' };

	it.each(UNUSABLE_KEYS)(
		'Create or Update stops for an unusable value although a customer has it: $key',
		async ({ key }) => {
			school.addLead(UNUSABLE_VALUES);

			const { message } = await school.expectRefusedUnsent(upsertForm(key));

			expect(message).toContain('holds no usable');
		},
	);

	it.each(UNUSABLE_KEYS)(
		'Create or Update creates another customer for an unusable value when the option says so: $key',
		async ({ key }) => {
			const id = school.addLead(UNUSABLE_VALUES);
			const cardBefore = school.readCustomer(id);

			const saved = await school.saveCustomer(upsertForm(key, { name: 'Ия' }, { ifKeyEmpty: 'create' }));

			expect(saved.operationResult).toBe('created');
			expect(school.readCustomer(id)).toEqual(cardBefore);
		},
	);

	it('Create or Update leaves out an unusable email beside a usable one', async () => {
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
	it('still finds a customer by a phone that is usable', async () => {
		const form = upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('created, unchanged');
	});

	it.each<{ key: MatchKey; fields: IDataObject; created: IDataObject }>([
		{
			key: { matchBy: 'phoneAndName', phone: '', name: 'Ева' },
			fields: {},
			created: { name: 'Ева', phone: [] },
		},
		{
			key: { matchBy: 'phoneAndName', phone: '+7', name: 'Ева' },
			fields: {},
			created: { name: 'Ева', phone: [] },
		},
		{
			key: { matchBy: 'phoneAndName', phone: PHONE, name: '' },
			fields: { name: 'Мама' },
			created: { name: 'Мама', phone: [PHONE] },
		},
		{
			key: { matchBy: 'nameAndBirthDate', name: 'Ева', dob: '' },
			fields: {},
			created: { name: 'Ева', dob: null },
		},
		{
			key: { matchBy: 'nameAndBirthDate', name: '', dob: '2015-03-02' },
			fields: { name: 'Ева' },
			created: { name: 'Ева', dob: '02.03.2015' },
		},
	])('creates a customer with the filled half of the key $key', async ({ key, fields, created }) => {
		const existingId = school.addLead({ name: 'Ева', phone: [PHONE], dob: '2015-03-02' });
		const cardBefore = school.readCustomer(existingId);

		const { id, operationResult } = await school.saveCustomer(
			upsertForm(key, fields, { ifKeyEmpty: 'create' }),
		);

		expect(operationResult).toBe('created');
		expect(school.readCustomer(id)).toMatchObject(created);
		expect(school.readCustomer(existingId)).toEqual(cardBefore);
	});
});

describe('Create or Update by ID', () => {
	it('refuses an ID that no customer has', async () => {
		const { message, httpCode } = await school.expectRefused(
			upsertForm({ matchBy: 'id', id: 77 }, { name: 'Мия' }),
		);

		expect(message).toBe('AlfaCRM has no customer with ID 77 in the branches that could be searched');
		expect(httpCode).toBe('404');
	});

	it('refuses to create a customer in place of an archived one', async () => {
		const id = school.addArchivedLead({ removed: 1 });

		const { message, description } = await school.expectRefused(
			upsertForm({ matchBy: 'id', id }, { name: 'Мия' }, { ifArchived: 'create' }),
		);

		expect(message).toBe('Customer 1 is archived, and a match by ID creates nothing');
		expect(description).toBe("Choose in 'If the Match Is Archived' to update or skip it. Nothing was saved.");
	});
});

describe('Create or Update by a name', () => {
	it.each([
		{ difference: 'in another order', name: 'Павел Колычев' },
		{ difference: 'in another order and with more blanks', name: 'павел  колычев' },
		{ difference: 'in capital letters', name: 'ПАВЕЛ КОЛЫЧЕВ' },
		{ difference: 'with a comma', name: 'Колычев, Павел' },
		{ difference: 'with й as two characters', name: 'Колычев Павел'.normalize('NFD') },
	])('finds the customer when the name is written $difference', async ({ name }) => {
		const id = school.addLead({ phone: [PHONE], name: 'Колычев Павел' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey(name)));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
		expect(school.readRecords('customer')).toMatchObject([{ name: 'Колычев Павел' }]);
	});

	it('finds the customer when the name is written in another order and with е for ё', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Семёнов Пётр' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Петр Семенов')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('finds the customer by a name in another order and a date of birth', async () => {
		const id = school.addLead({ name: 'Колычев Павел', dob: '2015-09-04' });

		const saved = await school.saveCustomer(upsertForm(nameAndBirthDateKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('creates one customer when two executions give the name in two orders at the same moment', async () => {
		const executions = await Promise.all([
			school.saveCustomer(upsertForm(phoneAndNameKey('Колычев Павел'))),
			school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев'))),
		]);

		const results = executions.map(({ operationResult }) => operationResult);
		expect(results.sort()).toEqual(['created', 'unchanged']);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('creates one customer for two items with the name in two orders when AlfaCRM ignores the filter', async () => {
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
		'creates another customer for $sibling, a sibling with the same phone',
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
	])('stops and names both when AlfaCRM has $stored and the form $typed', async ({ stored, typed }) => {
		school.addLead({ phone: [PHONE], name: stored });

		const { message, description } = await school.expectRefused(upsertForm(phoneAndNameKey(typed)));

		expect(message).toBe(
			`Customer 1 with 'Name' "${stored}" may be the one with "${typed}": one of the two has more words`,
		);
		expect(description).toBe(
			"If it is, write 'Name' alike here and in AlfaCRM; if that is another customer, add the new one with 'Create' first. Nothing was saved.",
		);
	});

	it('stops when both have the same date of birth', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич', dob: '2015-09-04' });

		const { message } = await school.expectRefused(upsertForm(nameAndBirthDateKey('Павел Колычев')));

		expect(message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	it('lets Find stop too, because a card that is created after Find would be a duplicate', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const { message } = await school.expectRefused(findForm(phoneAndNameKey('Павел Колычев')));

		expect(message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	it('finds the customer who has exactly the words of the form', async () => {
		school.addLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });
		const id = school.addLead({ phone: [PHONE], name: 'Колычев Павел' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('creates a customer when the longer name is archived and a new customer replaces archived ones', async () => {
		school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const saved = await school.saveCustomer(
			upsertForm(phoneAndNameKey('Павел Колычев'), {}, { ifArchived: 'create' }),
		);

		expect(saved.operationResult).toBe('created');
	});

	it('stops when the exact name is archived and the longer one is active', async () => {
		school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел' });
		school.addClient({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const { message, description } = await school.expectRefused(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(message).toBe(
			'Customer 2 with \'Name\' "Колычев Павел Игоревич" may be the one with "Павел Колычев": one of the two has more words. Customer 1 matches, but is archived',
		);
		expect(description).toBe(
			"If the active one is meant, write 'Name' alike here and in AlfaCRM; if the archived one is, restore it in AlfaCRM first. Nothing was saved.",
		);
	});

	it('finds the archived customer with the exact name when the longer one is archived too', async () => {
		const id = school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел' });
		school.addArchivedLead({ phone: [PHONE], name: 'Колычев Павел Игоревич' });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('creates a customer when the longer name has another phone', async () => {
		school.addLead({ name: 'Колычев Павел Игоревич', phone: [OTHER_PHONE] });

		const saved = await school.saveCustomer(upsertForm(phoneAndNameKey('Павел Колычев')));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a value of a custom field that differs in capital letters only', () => {
	const PAYER = { __rl: true, mode: 'custom', value: 'custom_dogovor=cus_aBc1' };

	it('Create or Update stops when two values differ in capital letters only, and names both', async () => {
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { message } = await school.expectRefused(upsertForm(contractKey('cus_aBc1')));

		expect(message).toBe(
			'Customer 1 with \'custom_dogovor\' "cus_AbC1" may be the one with "cus_aBc1": they differ in capital letters only',
		);
	});

	it('Take Payment stops when the value of the payer differs in capital letters only', async () => {
		const account = school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { message } = await school.expectRefused(
			customerForm('takePayment', { id: PAYER, income: 100, pay_account_id: account }),
		);

		expect(message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readRecords('pay')).toEqual([]);
	});

	it('Take Payment takes the payment of the customer who has exactly the given value', async () => {
		const account = school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });
		const id = school.addLead({ custom_dogovor: 'cus_aBc1' });

		await school.run(customerForm('takePayment', { id: PAYER, income: 100, pay_account_id: account }));

		expect(school.readRecords('pay')).toMatchObject([{ customer_id: id }]);
	});

	it('Create or Update stops for other capital letters when AlfaCRM ignores the filter and the list is read whole', async () => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let count = 0; count < 25; count += 1) {
			school.addLead({ custom_dogovor: `cus_${count}` });
		}
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { error } = await school.runToEnd(
			{},
			{ parametersByItem: [upsertForm(contractKey('cus_7')), upsertForm(contractKey('cus_aBc1'))] },
		);

		expect(error?.message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readRecords('customer')).toHaveLength(26);
	});
});

describe('Create or Update for a user who may not see some values of the customers', () => {
	/** Lets AlfaCRM list one customer, with these values alone besides the name and the branch. */
	const showOneCard = (values: IDataObject) => {
		const card = { id: 7, name: 'Орлова Мия', is_study: CUSTOMER_TYPE.lead, removed: 0, branch_ids: [1] };
		school.answerSearches(() => [{ ...card, ...values }]);
	};

	it.each([
		{ phones: 'no phone field', values: {} },
		{ phones: 'null as phone', values: { phone: null } },
		{ phones: 'no phones', values: { phone: [] } },
		{ phones: 'an empty phone', values: { phone: [''] } },
		{ phones: 'a masked phone', values: { phone: ['+7(9**)***-**-**'] } },
	])('stops when the card that AlfaCRM finds by the phone shows $phones', async ({ values }) => {
		showOneCard(values);

		const { message, description } = await school.expectRefused(upsertByPhoneForm({ name: 'Мия' }));

		expect(message).toBe(
			"AlfaCRM finds customers by 'Phone' but shows it on none of them, so it is not sure which one is meant",
		);
		expect(description).toBe(
			"Let the role of the credential's user see it, or match by something that this user sees. Nothing was saved.",
		);
	});

	it('stops when the card that AlfaCRM finds by the email shows no email', async () => {
		showOneCard({});

		const { message } = await school.expectRefused(
			upsertForm({ matchBy: 'email', email: EMAIL }, { name: 'Мия' }),
		);

		expect(message).toContain("AlfaCRM finds customers by 'Email' but shows it on none of them");
	});

	it('stops when it looks for a Telegram name and no card shows the website', async () => {
		showOneCard({});

		const { message } = await school.expectRefused(
			upsertForm({ matchBy: 'web', web: '@mia_orlova' }, { name: 'Мия' }),
		);

		expect(message).toContain("AlfaCRM finds customers by 'Website' but shows it on none of them");
	});

	it('lets Find stop too, because a card that is created after Find would be a duplicate', async () => {
		showOneCard({});

		const { message } = await school.expectRefused(findByPhoneForm());

		expect(message).toContain("AlfaCRM finds customers by 'Phone' but shows it on none of them");
	});

	it('creates a customer by email when AlfaCRM ignores that filter and no card has an email', async () => {
		school.settings.ignoredFilters = ['customer.email'];
		school.addLead({ phone: [PHONE], email: [] });

		const saved = await school.saveCustomer(upsertForm({ matchBy: 'email', email: EMAIL }, { name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('creates a customer by a Telegram name when the cards show that they have no website', async () => {
		showOneCard({ web: [] });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'web', web: '@mia_orlova' }, { name: 'Мия' }),
		);

		expect(saved.operationResult).toBe('created');
	});

	it('creates a customer by phone when AlfaCRM finds nobody by it', async () => {
		school.addLead({ phone: [] });

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('creates a customer by phone when one of the cards that AlfaCRM finds shows another phone', async () => {
		school.answerSearches(() => [
			{ id: 7, removed: 0, phone: [] },
			{ id: 8, removed: 0, phone: ['+7(911)222-00-01'] },
		]);

		const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a card that holds a filler in place of a phone', () => {
	const FILLERS = [
		{ filler: '+7(999)999-99-99', phone: '+7 912 345-99-99' },
		{ filler: '9999999999', phone: '+7 912 345-99-99' },
		{ filler: '+7(000)000-00-00', phone: '+7 912 345-00-00' },
		{ filler: '0000', phone: '+7 912 345-00-00' },
		{ filler: '1111', phone: '+7 912 345-11-11' },
		{ filler: '+7(900)5**-00-01', phone: '+7 912 345-00-01' },
	];

	it.each(FILLERS)(
		'Create or Update creates a customer with the phone $phone although a card holds $filler',
		async ({ filler, phone }) => {
			school.addLead({ phone: [filler] });

			const saved = await school.saveCustomer(upsertByPhoneForm({ name: 'Мия' }, {}, phone));

			expect(saved.operationResult).toBe('created');
		},
	);

	it.each(FILLERS)(
		'Find returns nobody for the phone $phone although a card holds $filler',
		async ({ filler, phone }) => {
			school.addLead({ phone: [filler] });

			const ids = await school.findIds(findByPhoneForm({}, phone));

			expect(ids).toEqual([]);
		},
	);
});

describe('the sender of a mail as an email', () => {
	const ADDRESS_AFTER_NAME = 'Anna Petrova <anna@example.org>';
	const ADDRESS_AFTER_QUOTED_NAME = '"Petrova, Anna" <Anna@example.org>';
	const ADDRESS_AFTER_NAME_WITH_COMMA = 'Petrova, Anna <anna@example.org>';
	const ADDRESS_ALONE = 'anna@example.org';

	it('Create or Update makes one customer with the address alone, however the mail program writes the sender', async () => {
		const results = await school.runInTurn(
			upsertForm({ matchBy: 'email', email: ADDRESS_AFTER_NAME }, { name: 'Анна' }),
			upsertForm({ matchBy: 'email', email: ADDRESS_AFTER_QUOTED_NAME }, { name: 'Анна' }),
			upsertForm({ matchBy: 'email', email: ADDRESS_AFTER_NAME_WITH_COMMA }, { name: 'Анна' }),
			upsertForm({ matchBy: 'email', email: ADDRESS_ALONE }, { name: 'Анна' }),
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

	it('Create or Update adds no address to a card that holds the sender in one text', async () => {
		const id = school.addLead({ phone: [PHONE], email: [ADDRESS_AFTER_NAME] });

		const saved = await school.saveCustomer(
			upsertForm(
				{ matchBy: 'email', email: ADDRESS_ALONE },
				{
					email: [
						ADDRESS_AFTER_NAME,
						ADDRESS_AFTER_QUOTED_NAME,
						ADDRESS_AFTER_NAME_WITH_COMMA,
						ADDRESS_ALONE,
					],
				},
			),
		);

		expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
		expect(school.readCustomer(id).email).toEqual(['Anna Petrova <anna@example.org>']);
	});

	it('Create saves the sender of a mail as the address alone', async () => {
		const { id } = await school.saveCustomer(createForm({ email: ADDRESS_AFTER_QUOTED_NAME }));

		expect(school.readCustomer(id).email).toEqual(['Anna@example.org']);
	});

	it('Update saves the sender of a mail as the address alone', async () => {
		const id = school.addLead({ email: [EMAIL] });

		await school.saveCustomer(updateForm(id, { email: ADDRESS_AFTER_QUOTED_NAME }));

		expect(school.readCustomer(id).email).toEqual(['Anna@example.org']);
	});
});

describe('Create or Update by a phone that the customer has in another spelling', () => {
	it('keeps the spelling of the card when the phone is not among the fields', async () => {
		const id = school.addLead({ phone: ['8 900 555 00 01'] });

		await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }));

		expect(school.requests.at(-1)?.body).toEqual({ note: 'Новое' });
		expect(school.readPhones(id)).toEqual(['8 900 555 00 01']);
	});

	it('takes the spelling of the fields and adds the other phones of the fields', async () => {
		const id = school.addLead({ phone: ['8 900 555 00 01'] });

		await school.saveCustomer(upsertByPhoneForm({ phone: '+7 900 555 00 01, 123-45-67' }));

		expect(school.readPhones(id)).toEqual([PHONE, '123-45-67']);
	});

	it('creates a customer with the spelling of the fields when it says more about the number', async () => {
		const { id } = await school.saveCustomer(
			upsertByPhoneForm({ name: 'Мия', phone: ['+7 900 555-00-01 доб. 12'] }),
		);

		expect(school.readPhones(id)).toEqual(['+7 900 555-00-01 доб. 12']);
	});
});

describe('Create or Update when lists are replaced', () => {
	it('keeps the other phones when no phone is among the fields', async () => {
		const id = school.addLead({ phone: [PHONE, '123-45-67'] });

		await school.saveCustomer(upsertByPhoneForm({ note: 'Новое' }, REPLACE_LISTS));

		expect(school.readPhones(id)).toEqual([PHONE, '123-45-67']);
	});

	it('keeps the phone of the key and puts the phone of the fields in place of the others', async () => {
		const id = school.addLead({ phone: [PHONE, '123-45-67'] });

		await school.saveCustomer(upsertByPhoneForm({ phone: '765-43-21' }, REPLACE_LISTS));

		expect(school.readPhones(id)).toEqual([PHONE, '765-43-21']);
	});

	it('adds the phone of Phone or Email when the customer is found by the email', async () => {
		const id = school.addLead({ phone: [PHONE, '765-43-21'], email: [EMAIL] });

		const saved = await school.saveCustomer(
			upsertForm({ matchBy: 'phoneOrEmail', phone: OTHER_PHONE, email: EMAIL }, {}, REPLACE_LISTS),
		);

		expect(saved).toMatchObject({ id, changedFields: ['phone'] });
		expect(school.readPhones(id)).toEqual([PHONE, '765-43-21', OTHER_PHONE]);
	});

	it.each<{ key: MatchKey }>([
		{ key: { matchBy: 'phone', phone: '8 900 555 00 01' } },
		{ key: { matchBy: 'email', email: 'MIA@school.example' } },
		{ key: { matchBy: 'phoneOrEmail', phone: ' - ', email: EMAIL } },
		{ key: { matchBy: 'phoneAndName', phone: PHONE, name: 'Орлова Мия' } },
	])('neither shortens nor empties a list by the key $key', async ({ key }) => {
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
	});

	it('replaces only the lists that are among the fields', async () => {
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
	const KEY = nameAndBirthDateKey('Орлова Мия');
	const CHANGE_EVERY_FIELD = { onlyForNew: [] };
	let id: number;

	beforeEach(() => {
		id = school.addLead({ name: 'орлова мия', dob: '04.09.2015' });
	});

	it('keeps the spelling of the card when the name is only in the key', async () => {
		await school.saveCustomer(upsertForm(KEY, { note: 'Новое' }, CHANGE_EVERY_FIELD));

		expect(school.readCustomer(id)).toMatchObject({ name: 'орлова мия', note: 'Новое' });
	});

	it('saves the spelling of the name that is among the fields', async () => {
		await school.saveCustomer(upsertForm(KEY, { name: 'Орлова Мия' }, CHANGE_EVERY_FIELD));

		expect(school.readCustomer(id)).toMatchObject({ name: 'Орлова Мия' });
	});

	it('saves another date of birth from the fields, but keeps the name by default', async () => {
		await school.saveCustomer(upsertForm(KEY, { dob: '2015-09-12', name: 'Ия' }));

		expect(school.readCustomer(id)).toMatchObject({ name: 'орлова мия', dob: '12.09.2015' });
	});
});

describe('Create or Update for a new customer with another name among the fields', () => {
	it('saves the spelling of the fields when it is the same name', async () => {
		const { id } = await school.saveCustomer(
			upsertForm(nameAndBirthDateKey('Орлова Мия'), { name: 'ОРЛОВА МИЯ' }),
		);

		expect(school.readCustomer(id)).toMatchObject({ name: 'ОРЛОВА МИЯ', dob: '04.09.2015' });
	});

	it('saves the name of the key when it is a different name, so that the next run finds the customer', async () => {
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

	it('keeps the value of the card when the key spells it in another way', async () => {
		const saved = await school.saveCustomer(upsertForm(contractKey(' Д-Е12 '), { note: 'Новое' }));

		expect(saved).toMatchObject({ id, changedFields: ['note'] });
		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor });
	});

	it('keeps the value of the card when the field is empty among the fields', async () => {
		const form = upsertForm(contractKey('Д-Ё12'), customField('custom_dogovor', ''), {
			overwriteWithEmpty: true,
		});

		await school.saveCustomer(form);

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor });
	});

	it('saves another value that is among the fields', async () => {
		await school.saveCustomer(upsertForm(contractKey('Д-Ё12'), customField('custom_dogovor', 'Д-другой')));

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor: 'Д-другой' });
	});
});

describe('Create or Update for a new customer with another custom field among the fields', () => {
	it('saves the value of the key, so that the next run finds the customer', async () => {
		const { id } = await school.saveCustomer(
			upsertForm(contractKey('Д-ключ'), { name: 'Мия', ...customField('custom_dogovor', 'Д-новый') }),
		);

		expect(school.readCustomer(id)).toMatchObject({ custom_dogovor: 'Д-ключ' });
	});
});

/** A form gives the phone of a child as the key, and the phone of the mother only to be saved. */
describe.each([
	{
		input: 'the fields of the form',
		parameters: { fieldsToSet: { name: 'Артём', phone: [OTHER_PHONE], note: 'Новое' } },
	},
	{
		input: 'JSON',
		parameters: {
			inputMode: 'json',
			json: `{ "name": "Артём", "phone": ["${OTHER_PHONE}"], "note": "Новое" }`,
		},
	},
	{
		input: 'the mapper',
		parameters: {
			inputMode: 'map',
			columns: {
				mappingMode: 'defineBelow',
				value: { name: 'Артём', phone: OTHER_PHONE, note: 'Новое' },
			},
		},
	},
])('Create or Update with the phone of the mother in $input', ({ parameters }) => {
	const CHILD_FORM = { ...upsertByPhoneForm({}, { ifSeveral: 'all' }), ...parameters };
	let mother: number;

	beforeEach(() => {
		mother = school.addLead({ name: 'Соколова Ирина', phone: [OTHER_PHONE], note: 'Мама' });
	});

	it('creates the child with both phones and leaves the mother as she is', async () => {
		const motherBefore = school.readCustomer(mother);

		const child = await school.saveCustomer(CHILD_FORM);

		expect(child).toMatchObject({ operationResult: 'created', phone: `${PHONE}, ${OTHER_PHONE}` });
		expect(school.readCustomer(mother)).toEqual(motherBefore);
	});

	it('finds only the child when it runs again', async () => {
		const { id } = await school.saveCustomer(CHILD_FORM);

		const { json } = await school.run(CHILD_FORM);

		expect(json).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('gives the phone of the mother back to a child who has lost it', async () => {
		const child = school.addLead({ name: 'Артём', phone: [PHONE], note: 'Новое' });
		const motherBefore = school.readCustomer(mother);

		const { json } = await school.run(CHILD_FORM);

		expect(json).toMatchObject([{ id: child, phone: `${PHONE}, ${OTHER_PHONE}` }]);
		expect(school.readCustomer(mother)).toEqual(motherBefore);
	});
});

describe('Create or Update with values of the mother among the fields', () => {
	it.each<{ key: MatchKey; fields: IDataObject }>([
		{ key: { matchBy: 'email', email: 'artem@example.org' }, fields: { email: [EMAIL] } },
		{
			key: { matchBy: 'phoneOrEmail', phone: PHONE, email: 'a@example.org' },
			fields: { email: [EMAIL], phone: [OTHER_PHONE] },
		},
		{
			key: { matchBy: 'phoneAndName', phone: PHONE, name: 'Орлова Мия' },
			fields: { phone: [OTHER_PHONE] },
		},
	])('looks only for the key $key, and creates the child', async ({ key, fields }) => {
		const mother = school.addLead({ name: 'Орлова Мия', phone: [OTHER_PHONE], email: [EMAIL] });
		const motherBefore = school.readCustomer(mother);

		const saved = await school.saveCustomer(upsertForm(key, { name: 'Артём', ...fields }));

		expect(saved.operationResult).toBe('created');
		expect(school.readCustomer(mother)).toEqual(motherBefore);
	});
});

describe('Create or Update with empty values', () => {
	const EMPTY_FIELDS = {
		note: '',
		email: [],
		lead_source_id: '',
		...customField('custom_school', ''),
	};

	it('leaves them out of a new customer', async () => {
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

	it('changes no field of an existing customer by default', async () => {
		school.addLead({ phone: [PHONE], note: 'Старое', email: [EMAIL], lead_source_id: 1 });

		const saved = await school.saveCustomer(upsertByPhoneForm(EMPTY_FIELDS));

		expect(saved).toMatchObject({
			operationResult: 'unchanged',
			note: 'Старое',
			email: EMAIL,
			lead_source_id: 1,
		});
	});

	it('empties the fields of an existing customer when Overwrite With Empty Values is on', async () => {
		const id = school.addLead({ phone: [PHONE], note: 'Старое', email: [EMAIL], lead_source_id: 1 });

		const saved = await school.saveCustomer(upsertByPhoneForm(EMPTY_FIELDS, { overwriteWithEmpty: true }));

		expect(new Set(saved.changedFields as string[])).toEqual(new Set(['note', 'email', 'lead_source_id']));
		expect(school.readCustomer(id)).toMatchObject({ note: null, email: [], lead_source_id: null });
	});
});
