import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { customer, lead, refused, run } = officeOf(school);

/** A tax number, a contract or a barcode as a narrow column of a sheet shows it: two people may have the same one. */
describe.each(['7,72345E+11', '7.7234567e+11', ' 1E+12 '])('%j', (rounded) => {
	it('as a custom field finds nobody, not even who holds the very same', async () => {
		const before = customer(lead({ custom_inn: rounded.trim() }));
		const byNumber = { matchBy: 'customField', matchField: 'custom_inn', matchValue: rounded };
		await refused(
			{ ...byPhone('', { name: 'Лисова Ева', note: 'Вторая' }), ...byNumber },
			"'custom_inn' must be",
		);
		expect(customer(before.id)).toEqual(before);
	});

	it.each(['custom_inn', 'barcode', 'note'])('does not take the place of what %s holds', async (name) => {
		const id = lead({ phone: ['+7(900)555-00-01'], [name]: '772345678901' });
		const json = { inputMode: 'json', json: JSON.stringify({ [name]: rounded }) };
		const { message } = await refused({ ...byPhone('89005550001'), ...json }, 'must be a text');
		expect(message).toMatch(/, a number that was rounded: its last digits are lost$/);
		await refused(
			{ resource: 'customer', operation: 'update', branchId: 1, id: pick(id), ...json },
			'must be',
		);
		expect(customer(id)[name]).toBe('772345678901');
	});
});

it.each(['5E', 'E+10', 'Корпус 1E+1, вход со двора', '1e21'])('the text %j is one', async (note) => {
	const id = lead({ phone: ['+7(900)555-00-01'] });
	await run(byPhone('89005550001', { note }));
	expect(customer(id).note).toBe(note);
});
