import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, run, set, writes } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const ALL = { onlyForNew: [], listMode: 'replace' };

/** Corrections that mean much to a reader, and nothing to a search. */
it.each<[string, IDataObject[string], IDataObject[string]]>([
	['name', 'иванова анна', 'Иванова Анна'],
	['name', 'ИВАНОВА АННА', 'Иванова Анна'],
	['name', 'Семенов Петр', 'Семёнов Пётр'],
	['name', 'Мия  Орлова', 'Мия Орлова'],
	['legal_name', 'ооо ромашка', 'ООО Ромашка'],
	['note', 'Забирает мама. Не звонить', 'Забирает мама.\nНе звонить'],
	['note', 'аллергия', 'АЛЛЕРГИЯ'],
	['custom_school', 'гимназия', 'Гимназия'],
	['email', ['Anna@example.org'], ['anna@example.org']],
	['web', ['https://site.example/Anna'], ['https://site.example/anna']],
	['addr', ['ул. мира, 5'], ['ул. Мира, 5']],
])('%s: %j becomes %j, and stays so the second time', async (name, before, after) => {
	const id = lead({ phone: [PHONE], [name]: before });
	const json = JSON.stringify({ [name]: after });
	const parameters: INodeParameters = { ...byPhone(PHONE, {}, ALL), inputMode: 'json', json };
	expect(await run(parameters)).toMatchObject([{ id, operationResult: 'updated', changedFields: [name] }]);
	expect(customer(id)[name]).toEqual(after);
	const count = writes().length;
	expect(await run(parameters)).toMatchObject([{ id, operationResult: 'unchanged', changedFields: [] }]);
	expect(writes()).toHaveLength(count);
});

/** What AlfaCRM writes in its own way, and what nobody can see. */
it.each<[string, IDataObject[string], IDataObject[string]]>([
	['note', 'Забирает мама.\r\nНе звонить', 'Забирает мама.\nНе звонить'],
	['note', 'Забирает мама ', 'Забирает мама'],
	['name', 'Йося Зайцев', 'Йося Зайцев'.normalize('NFD')],
	['dob', '2015-09-04', '04.09.2015'],
	['phone', [PHONE], ['8 900 555 00 01']],
	['lead_status_id', 1, '1'],
	['custom_contract', 12, '12'],
	['custom_start', '2015-09-04', '04.09.2015'],
	['email', ['a@example.org', 'b@example.org'], 'b@example.org, a@example.org'],
])('%s: %j is %j already', async (name, before, after) => {
	const id = lead({ phone: [PHONE], [name]: before });
	const json = JSON.stringify({ [name]: after });
	const parameters: INodeParameters = { ...byPhone(PHONE, {}, ALL), inputMode: 'json', json };
	expect(await run(parameters)).toMatchObject([{ id, operationResult: 'unchanged' }]);
	expect(writes()).toEqual([]);
});

it('the value that a record was found by is not spelled anew', async () => {
	set({ ignoredFilters: [] });
	const id = lead({ name: 'Семёнов Пётр', dob: '2015-09-04', email: ['Petr@example.org'] });
	const byName = { ...byPhone(''), matchBy: 'nameAndBirthDate', name: 'семенов петр', dob: '2015-09-04' };
	expect(await run(byName)).toMatchObject([{ id, operationResult: 'unchanged' }]);
	const byEmail = { ...byPhone(''), matchBy: 'email', email: given('petr@example.org') };
	expect(await run(byEmail)).toMatchObject([{ id, operationResult: 'unchanged' }]);
	expect(customer(id)).toMatchObject({ name: 'Семёнов Пётр', email: ['Petr@example.org'] });
});
