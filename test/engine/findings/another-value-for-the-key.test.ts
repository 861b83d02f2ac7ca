import type { INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, customer, lead, row, rows, run } = officeOf(school);

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

	it('is another spelling only where that is given for the field itself', async () => {
		const id = add('subject', { name: 'Лепка' });
		const by = (fields: object) =>
			run(upsert('subject', { matchBy: 'name', name: 'лепка' }, fields as never));
		expect(await by({})).toMatchObject([{ id, operationResult: 'unchanged' }]);
		expect(row('subject', id).name).toBe('Лепка');
		expect(await by({ name: 'ЛЕПКА' })).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(row('subject', id).name).toBe('ЛЕПКА');
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
	it.each(['add', 'replace'])('are saved with List Fields %s', async (listMode) => {
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
