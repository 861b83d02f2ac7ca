import type { INodeParameters } from 'n8n-workflow';

import { EMPTY } from '../support/office';
import { useSchool } from '../support/school';
import { FORMATTED, form, upsertsOf } from '../support/upsert';

const school = useSchool({ customers: 40 });
const { stored, add, run, failing } = upsertsOf(school);

// ---------------------------------------------------------------- what it writes

describe('the update', () => {
	it('sends nothing when everything is the same in another spelling', async () => {
		add({
			dob: '04.09.2015',
			email: ['MIA@example.org'],
			teacher_ids: [2, 1],
			assigned_id: 4,
			custom_school: '12',
			is_study: 1,
		});
		const [saved] = await run(
			form({
				dob: '2015-09-04T00:00:00.000+03:00',
				email: ['mia@example.org'],
				teacher_ids: ['1', '2'],
				assigned_id: '4',
				legal_type: '1',
				removed: false,
				customFields: { values: [{ name: 'custom_school', value: ' 12 ' }] },
			}),
		);
		expect(saved).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.entries('customer/update')).toEqual([]);
	});

	it('sends only what differs', async () => {
		const id = add({ note: 'Старое', assigned_id: 4 });
		const [saved] = await run(form({ note: 'Новое', assigned_id: 4 }));
		expect(saved).toMatchObject({ id, operationResult: 'updated', changedFields: ['note'] });
		expect(school.entries('customer/update').map(({ body }) => body)).toEqual([{ note: 'Новое' }]);
	});

	it('passes over empty values unless they are to empty the field', async () => {
		const id = add({ note: 'Важное', email: ['mia@example.org'], lead_source_id: 1 });
		const empty = {
			note: '',
			email: [],
			lead_source_id: '',
			customFields: { values: [{ name: 'custom_school', value: '' }] },
		};
		expect(await run(form(empty))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id)).toMatchObject({ note: 'Важное', email: ['mia@example.org'], lead_source_id: 1 });

		const [saved] = await run(form(empty, { overwriteWithEmpty: true }));
		expect([...(saved.changedFields as string[])].sort()).toEqual(['email', 'lead_source_id', 'note']);
		expect(stored(id)).toMatchObject({ note: null, email: [], lead_source_id: null });
	});

	it('does not take the empty half of a key for a value that empties a field', async () => {
		const id = add({ email: ['mia@example.org'] });
		const parameters = form(
			{},
			{ overwriteWithEmpty: true },
			{ matchBy: 'phoneOrEmail', email: 'mia@example.org' },
		);
		for (const phone of [EMPTY, ' - ']) {
			expect(await run({ ...parameters, phone })).toMatchObject([{ id, operationResult: 'unchanged' }]);
		}
		expect(stored(id).phone).toEqual([FORMATTED]);
	});

	it('adds to lists, or replaces them if that is chosen', async () => {
		const id = add({ phone: [FORMATTED, '+7(900)555-00-02'], branch_ids: [1] });
		await run(form({ phone: ['8 900 555-00-02', '8 900 555-00-03'], branch_ids: [2] }));
		expect(stored(id)).toMatchObject({
			phone: [FORMATTED, '+7(900)555-00-02', '+7(900)555-00-03'],
			branch_ids: [1, 2],
		});
		await run(form({ branch_ids: [3] }, { listMode: 'replace' }));
		// The key finds the record; it does not stand in for its list.
		expect(stored(id)).toMatchObject({
			phone: [FORMATTED, '+7(900)555-00-02', '+7(900)555-00-03'],
			branch_ids: [3],
		});
	});

	it('does not turn a client back into a lead, unless that is chosen', async () => {
		const id = add({ is_study: 1 });
		expect(await run(form({ is_study: 0 }))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id).is_study).toBe(1);
		expect(await run(form({ is_study: 0 }, { onlyForNew: [] }))).toMatchObject([
			{ changedFields: ['is_study'] },
		]);
		expect(stored(id).is_study).toBe(0);
	});

	it('leaves alone what is only for new ones', async () => {
		const id = add({ lead_status_id: 3 });
		const options = { onlyForNew: ['is_study', 'lead_status_id'] };
		expect(await run(form({ lead_status_id: 1 }, options))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(stored(id).lead_status_id).toBe(3);
		const [made] = await run(form({ lead_status_id: 1 }, options, { phone: '89005550077' }));
		expect(stored(made.id).lead_status_id).toBe(1);
	});

	it('leaves alone whoever is found where all is only for new ones', async () => {
		const id = add({ note: 'Важное', custom_school: '12', email: ['mia@example.org'] });
		const before = stored(id);
		const fields = {
			...{ name: 'Чужой', note: 'Новое', email: ['other@example.org'], removed: true, dob: '2015-09-04' },
			customFields: { values: [{ name: 'custom_school', value: '7' }] },
		};
		for (const onlyForNew of [['all'], ['note', 'all'], 'all']) {
			const phone = [FORMATTED, '8 900 555-00-09'];
			const parameters = form(fields, { onlyForNew }, { phone });
			expect(await run(parameters)).toMatchObject([{ id, operationResult: 'unchanged' }]);
		}
		expect(stored(id)).toEqual(before);
		expect(school.entries('customer/update')).toEqual([]);
		const [made] = await run(form(fields, { onlyForNew: ['all'] }, { phone: '89005550077' }));
		expect(stored(made.id)).toMatchObject({ note: 'Новое', custom_school: '7', dob: '04.09.2015' });
	});

	it('restores one from the archive where all is only for new ones, and changes nothing else', async () => {
		const id = add({ note: 'Важное', e_date: '2026-01-15' });
		const options = { onlyForNew: ['all'], ifArchived: 'restore' };
		await run(form({ note: 'Новое' }, options));
		expect(stored(id)).toMatchObject({ note: 'Важное', e_date: '2030-12-31' });
	});

	it.each(['full', 'partial'] as const)('keeps the phone where an update is %s', async (updateMode) => {
		school.sandbox.settings.updateMode = updateMode;
		const id = add();
		const { error } = await school.engine.run({ parameters: form({ note: 'Новое' }) });
		if (updateMode === 'full') expect(error?.message).toContain('AlfaCRM did not update customer');
		expect(stored(id).phone).toEqual([FORMATTED]);
	});
});

describe('bad input', () => {
	it.each<[string, INodeParameters, RegExp]>([
		['a field that is no date', form({ dob: 'скоро' }), /^'Date of Birth' must be a date/],
		[
			'a key that there is not',
			form({}, {}, { matchBy: 'shoeSize' }),
			/^'Match By' must be one of .*"shoeSize"/,
		],
		[
			'an unknown field in JSON',
			form({}, {}, { inputMode: 'json', json: '{"fone":"1"}' }),
			/has no field "fone"/,
		],
		[
			'an ID in JSON, which is no field',
			form({}, {}, { inputMode: 'json', json: '{"id":1}' }),
			/has no field "id"/,
		],
	])('%s is refused before a call', async (_what, parameters, message) => {
		const error = await failing(parameters);
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});

	it('a new customer without a name is refused after the search, and nothing is saved', async () => {
		const error = await failing(form({ name: '' }));
		expect(error?.message).toBe("'Name' is empty, but AlfaCRM requires it");
		expect(school.calls()).not.toContain('customer/create');
	});
});
