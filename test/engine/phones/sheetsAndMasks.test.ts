import { byPhone, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { customer, lead, refused, rows, run } = officeOf(school);

/** A narrow column of a sheet shows a long number so, and exports it so. */
describe.each(['7,90056E+10', '7.90056E+10', '7.9005551234e+10', '7,90056E+10; 7,90057E+10', '8E+10'])(
	'%j, of which a sheet has rounded the digits off',
	(phone) => {
		it('is nobody, not even who holds the very same', async () => {
			const before = customer(lead({ phone: [phone], note: 'Первый' }));
			await refused(findByPhone(phone), `'Phone' must be a phone number`);
			const error = await refused(byPhone(phone, { name: 'Лисова Ева', note: 'Вторая' }), "'Phone' must be");
			expect(error.message).toContain(phone);
			expect(customer(before.id)).toEqual(before);
		});

		it('is not saved beside another number', async () => {
			const id = lead({ phone: ['+7(900)555-00-01'] });
			const phones = [['+7(900)555-00-02', phone], `+7(900)555-00-02, ${phone}`];
			for (const both of phones)
				await refused(byPhone('89005550001', { phone: given(both) }), "'Phone' must be");
			expect(customer(id).phone).toEqual(['+7(900)555-00-01']);
		});

		it('in a record leaves the other number there to be found', async () => {
			const id = lead({ phone: [phone, '+7(900)555-00-01'] });
			expect(await run(byPhone('89005550001', { note: 'Новое' }))).toMatchObject([
				{ id, operationResult: 'updated' },
			]);
			expect(customer(id).phone).toEqual([phone, '+7(900)555-00-01']);
		});
	},
);

/** The form of a website begins with +7, and the visitor types the whole number behind it. */
describe.each([
	'+789005550001',
	'+7 8 (900) 555-00-01',
	'+7 (8900) 555-00-01',
	'+779005550001',
	'+7 7 900 555 00 01',
	'789005550001',
])('%j, with a +7 that stood there before', (phone) => {
	it('is the number of home', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		const before = rows('customer').length;
		expect(await run(byPhone(phone, { name: 'Лисова Ева' }))).toMatchObject([
			{ id, operationResult: 'unchanged' },
		]);
		expect(rows('customer')).toHaveLength(before);
	});

	it('is saved as one, and found in any spelling', async () => {
		const [{ id }] = await run(byPhone(phone, { name: 'Лисова Ева' }));
		expect(customer(id).phone).toEqual(['+7(900)555-00-01']);
		expect(await run(findByPhone('8 900 555 00 01'))).toMatchObject([{ id }]);
	});

	it('is found as it was saved by another hand', async () => {
		const id = lead({ phone: [phone] });
		expect(await run(findByPhone('8 900 555 00 01'))).toMatchObject([{ id }]);
	});
});

it.each(['+7 8 495 123-45-67', '+77771234567 8', '+998900555001'])('%j is no such slip', async (phone) => {
	const id = lead({ phone: [phone] });
	const ends = ['84951234567', '87712345678', '89005550001', '+79005550001', '+7 900 555-00-1'];
	for (const other of ends) expect(await run(findByPhone(other))).toEqual([]);
	expect(await run(findByPhone(phone))).toMatchObject([{ id }]);
});
