import { findUnmetRequirement } from '../../../nodes/AlfaCrm/operations/payments/externalIdFaults';
import { randomFrom } from '../../support/random';

/** Generates IDs as many services do: random bytes in base64 or base64url, such as "Kd7hTzQw2mL-". */
function generateIds(byteCount: number, encoding: 'base64' | 'base64url', idCount: number): string[] {
	const random = randomFrom(2026);
	return Array.from({ length: idCount }, () => {
		const bytes = Array.from({ length: byteCount }, () => Math.floor(random() * 256));
		return Buffer.from(bytes).toString(encoding);
	});
}

describe('findUnmetRequirement', () => {
	it.each<{ byteCount: number; encoding: 'base64' | 'base64url' }>([
		{ byteCount: 9, encoding: 'base64' },
		{ byteCount: 9, encoding: 'base64url' },
		{ byteCount: 10, encoding: 'base64url' },
		{ byteCount: 12, encoding: 'base64' },
		{ byteCount: 16, encoding: 'base64' },
		{ byteCount: 16, encoding: 'base64url' },
	])(
		'findUnmetRequirement accepts 400 random IDs of $byteCount bytes in $encoding',
		({ byteCount, encoding }) => {
			const ids = generateIds(byteCount, encoding, 400);

			const refusedIds = ids.filter((id) => findUnmetRequirement(id) !== undefined);

			expect(refusedIds).toEqual([]);
		},
	);

	it.each([
		{ kind: 'a number', id: '17' },
		{ kind: 'a number after a prefix', id: 'inv-1' },
		{ kind: 'a number after a year', id: '2026-17' },
		{ kind: 'a number after a date', id: '2026-02-10/17' },
		{ kind: 'a number before a year', id: 'Счёт 17/2026' },
		{ kind: 'a number after a dotted date', id: '10.02.2026 5001' },
		{ kind: 'a number after a prefix and a year', id: 'order-2026-17' },
		{ kind: 'a number with a 0 after it', id: 'order-17-0' },
		{ kind: 'a number after a word', id: 'robokassa-1042' },
		{ kind: 'a negative number', id: '-500' },
		{ kind: 'a number after №', id: '№17' },
		{ kind: 'the ID of a Stripe payment', id: 'pi_3MtwBwLkdIwHu7ix28a3tqPa' },
		{ kind: 'the ID of a YooKassa payment', id: '2d5f9c1a-000f-5000-9000-1b2c3d4e5f60' },
		{ kind: 'the ID of a transfer by SBP', id: 'B60421241000000000000000000123' },
		{ kind: 'a UUID', id: '550e8400-e29b-41d4-a716-446655440000' },
		{ kind: 'a UUID with many zeros', id: '00000000-0000-4000-8000-000000000001' },
		{ kind: 'a ULID', id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
		{ kind: 'a nanoid', id: 'V1StGXR8_Z5jdHi6B-myT' },
		{ kind: 'a generated ID without digits', id: 'QrTbmWxkLpZa' },
		{ kind: 'a generated ID with separators and without digits', id: 'xRtbQmWe-kL_' },
		{ kind: 'a generated ID that ends in a dash', id: 'Kd7hTzQw2mL-' },
		{ kind: 'a generated ID that ends in a slash', id: 'aGVsbG8tWx/' },
		{ kind: 'a generated ID that ends in an underscore', id: 'N9EbFTUd22v88MK2JF1I-h_' },
		{ kind: 'the Message-ID of an email', id: '<CAH+ab12@mail.gmail.com>' },
		{ kind: 'the Message-ID of an email with a date', id: '<20260210.1@sberbank.ru>' },
	])('findUnmetRequirement accepts the external ID $id, $kind', ({ id }) => {
		expect(findUnmetRequirement(id)).toBeUndefined();
	});

	it.each([
		{ id: 'order-2026-{{id}}' },
		{ id: 'order-2026-{{ $json.id }}' },
		{ id: 'order-2026-${id}' },
		{ id: 'order-2026-<id>' },
		{ id: 'order-2026-%id%' },
	])('findUnmetRequirement refuses the external ID $id, in which an expression was not filled', ({ id }) => {
		expect(findUnmetRequirement(id)).toBe('hold no expression that was not filled');
	});

	it.each([{ id: 'inv-2026-#N/A' }, { id: '2026 #ССЫЛКА!' }, { id: '#Н/Д-2026' }])(
		'findUnmetRequirement refuses the external ID $id, which contains an error of a spreadsheet',
		({ id }) => {
			expect(findUnmetRequirement(id)).toBe('hold no error of a sheet');
		},
	);

	it.each([
		{ id: 'inv-2026-undefined' },
		{ id: 'inv-null-2026' },
		{ id: 'NaN/2026' },
		{ id: 'undefined.2026-02' },
		{ id: 'Kd7hTzQw2mL-undefined' },
	])('findUnmetRequirement refuses the external ID $id, in which an expression had no value', ({ id }) => {
		expect(findUnmetRequirement(id)).toBe('hold a number in place of "undefined", "null" or "NaN"');
	});

	it.each([
		{ id: 'inv-' },
		{ id: 'invoiceNumber-' },
		{ id: 'cloudpayments_' },
		{ id: 'ROBOKASSA-ORDER-' },
		{ id: 'YClients-payment-' },
		{ id: 'school-eKassa-' },
		{ id: 'VKPay-schoolOrder' },
		{ id: 'mrchnt-payment-' },
		{ id: 'strizhka-shchetka-' },
		{ id: 'constructor' },
		{ id: 'Instructor-' },
		{ id: 'undefined' },
		{ id: 'robokassa-0' },
	])('findUnmetRequirement refuses the external ID $id, which has no digit other than 0', ({ id }) => {
		expect(findUnmetRequirement(id)).toBe('hold a digit other than 0');
	});

	it.each([
		{ id: 'inv-2026-' },
		{ id: 'inv-2026\u2010' },
		{ id: 'inv-2026\u2011' },
		{ id: 'inv-2026–' },
		{ id: 'inv-2026—' },
		{ id: 'inv-2026\u2212' },
		{ id: 'order_2026_' },
		{ id: 'zakaz/2026/' },
		{ id: 'Invoice-2026-02-' },
		{ id: 'YooKassa-2026-' },
		{ id: 'bePaid-2026-' },
		{ id: 'MyOrder-2026-' },
		{ id: 'PayU-2026-' },
		{ id: 'TgBot-2026-' },
		{ id: 'VKPay-2026-' },
		{ id: 'mrchnt-2026-' },
		{ id: 'MTSPayment-2026-02-' },
		{ id: 'qr-sbp-2026-' },
		{ id: 'AlfaCRM-2026_' },
	])(
		'findUnmetRequirement refuses the external ID $id, which has no number behind its last separator',
		({ id }) => {
			expect(findUnmetRequirement(id)).toBe('not end with a separator');
		},
	);

	it.each([{ id: '-2026' }, { id: '/2026' }, { id: '_2026-02' }])(
		'findUnmetRequirement refuses the external ID $id, which has no number before its first separator',
		({ id }) => {
			expect(findUnmetRequirement(id)).toBe('not begin with a separator');
		},
	);

	it.each([{ id: 'inv-2026-0' }, { id: 'order/2026/02/000' }])(
		'findUnmetRequirement refuses the external ID $id, which has a 0 in place of the number of the payment',
		({ id }) => {
			expect(findUnmetRequirement(id)).toBe('hold a number in place of the 0 at its end');
		},
	);

	it('findUnmetRequirement refuses an external ID with underscores in place of the number of the payment', () => {
		expect(findUnmetRequirement('Заказ ___ 2026')).toBe('hold a number in place of "___"');
	});

	it('findUnmetRequirement refuses an external ID with nothing between two dashes', () => {
		expect(findUnmetRequirement('inv--2026')).toBe('have its number between the dashes');
	});

	it('findUnmetRequirement refuses an external ID with a number that a spreadsheet has rounded', () => {
		expect(findUnmetRequirement('bank-5,001E+11')).toBe('hold no number that a sheet has rounded');
	});

	it('findUnmetRequirement refuses an external ID in square brackets', () => {
		expect(findUnmetRequirement('[inv-1]')).toBe(
			"contain no square brackets, since the payment's note stores it inside them",
		);
	});
});
