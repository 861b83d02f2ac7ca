import type { INodeParameters } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, customer, lead, patch, row, rows, run } = officeOf(school);

const upsert = (
	resource: string,
	key: INodeParameters,
	fieldsToSet: INodeParameters,
	options: INodeParameters = {},
): INodeParameters => ({ resource, operation: 'upsert', branchId: 1, ...key, fieldsToSet, options });
const custom = (value: string): INodeParameters => ({
	customFields: { values: [{ name: 'custom_dogovor', value }] },
});
const byContract = (matchValue: string) => ({
	matchBy: 'customField',
	matchField: 'custom_dogovor',
	matchValue,
});

describe('another value for the field that is matched by', () => {
	it('is saved, matched by name', async () => {
		const id = add('subject', { name: 'Лепка' });
		const asJson = {
			...upsert('subject', { matchBy: 'name', name: 'лепка' }, {}),
			inputMode: 'json',
			json: '{"name":"Лепка и керамика"}',
		};
		expect(await run(asJson)).toMatchObject([{ id, operationResult: 'updated', changedFields: ['name'] }]);
		expect(row('subject', id).name).toBe('Лепка и керамика');
	});

	it.each([
		['subject', 'Лепка Ёлка', 'лепка елка'],
		['group', 'Йога 7+', 'ЙОГА  7+'],
		['leadStatus', 'Записан', 'записан'],
	])('is none where the key alone spells it otherwise: %s %j', async (resource, name, key) => {
		const path = entityOf(resource).path;
		const id = add(path, { name, branch_ids: [1], is_enabled: 1 });
		const before = row(path, id);
		expect(await run(upsert(resource, { matchBy: 'name', name: key }, {}))).toMatchObject([
			{ id, operationResult: 'unchanged' },
		]);
		expect(row(path, id)).toEqual(before);
		// Among the fields it is a correction.
		const corrected = name.toUpperCase();
		const output = await run(upsert(resource, { matchBy: 'name', name: key }, { name: corrected }));
		expect(output).toMatchObject([{ id, changedFields: ['name'] }]);
		expect(row(path, id).name).toBe(corrected);
	});

	it('is none where a custom field holds the key in another spelling, or among others', async () => {
		for (const custom_dogovor of ['Д-Ё12', ['Д-Ё12', 'Д-13']]) {
			const id = lead({ custom_dogovor });
			const key = byContract(' д-е12 ');
			expect(await run(upsert('customer', key, { note: 'Новое' }))).toMatchObject([
				{ id, changedFields: ['note'] },
			]);
			expect(customer(id)).toMatchObject({ custom_dogovor, note: 'Новое' });
			patch('customer', id, { custom_dogovor: '' });
		}
	});

	it('is saved, matched by a custom field', async () => {
		const id = lead({ custom_dogovor: 'Д-старый' });
		await run(upsert('customer', byContract('Д-старый'), custom('Д-новый')));
		expect(customer(id).custom_dogovor).toBe('Д-новый');
	});

	it('is saved, matched by name and day of birth', async () => {
		const id = lead({ name: 'Орлова Мия', dob: '2015-03-02' });
		const key = { matchBy: 'nameAndBirthDate', name: 'орлова мия', dob: '2015-03-02' };
		await run(upsert('customer', key, { dob: '2015-03-12', name: 'Орлова Мия Петровна' }));
		// The name is only for new ones, unless chosen otherwise.
		expect(customer(id)).toMatchObject({ name: 'Орлова Мия', dob: '12.03.2015' });
		const again = { ...key, dob: '2015-03-12' };
		await run(upsert('customer', again, { name: 'Орлова Мия Петровна' }, { onlyForNew: [] }));
		expect(customer(id).name).toBe('Орлова Мия Петровна');
	});

	it('leaves a new record to be found by its key the next time', async () => {
		await run(upsert('customer', byContract('Д-ключ'), { name: 'Орлова Мия', ...custom('Д-другой') }));
		expect(rows('customer').filter((one) => one.custom_dogovor === 'Д-ключ')).toHaveLength(1);
	});

	it('an empty one changes nothing', async () => {
		const id = lead({ custom_dogovor: 'Д-старый' });
		await run(upsert('customer', byContract('Д-старый'), custom(''), { overwriteWithEmpty: true }));
		expect(customer(id).custom_dogovor).toBe('Д-старый');
	});
});

describe('phones beside the one that is matched by', () => {
	it.each(['add', 'replace'])('are saved with Multi-Value Fields %s', async (listMode) => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		await run(byPhone('89005550001', { phone: ['+7(900)555-00-02'] }, { listMode }));
		expect(customer(id).phone).toEqual(['+7(900)555-00-01', '+7(900)555-00-02']);
	});

	it('that say more about the same number come with a new customer', async () => {
		await run(byPhone('89005550001', { name: 'Орлова Мия', phone: ['+7 900 555-00-01 доб. 12'] }));
		const created = rows('customer').at(-1);
		expect(created?.phone).toEqual(['+7 900 555-00-01 доб. 12']);
	});
});
