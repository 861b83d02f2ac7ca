import { findUnmetRequirement } from '../../../nodes/AlfaCrm/operations/payments/externalIdFaults';
import { randomFrom } from '../../support/random';

/** Makes IDs as services do: random bytes in base64 or base64url. */
function generateIds(byteCount: number, encoding: 'base64' | 'base64url', idCount: number): string[] {
	const random = randomFrom(2026);
	return Array.from({ length: idCount }, () => {
		const bytes = Array.from({ length: byteCount }, () => Math.floor(random() * 256));
		return Buffer.from(bytes).toString(encoding);
	});
}

it.each([
	{ byteCount: 9, encoding: 'base64' as const },
	{ byteCount: 9, encoding: 'base64url' as const },
	{ byteCount: 10, encoding: 'base64url' as const },
	{ byteCount: 12, encoding: 'base64' as const },
	{ byteCount: 16, encoding: 'base64' as const },
	{ byteCount: 16, encoding: 'base64url' as const },
])('400 generated IDs of $byteCount bytes in $encoding have no fault', ({ byteCount, encoding }) => {
	const ids = generateIds(byteCount, encoding, 400);

	const refusedIds = ids.filter((id) => findUnmetRequirement(id) !== undefined);

	expect(refusedIds).toEqual([]);
});

it.each([
	'inv-1',
	'17',
	'2026-17',
	'2026-02-10/17',
	'Счёт 17/2026',
	'pi_3MtwBwLkdIwHu7ix28a3tqPa',
	'2d5f9c1a-000f-5000-9000-1b2c3d4e5f60',
	'robokassa-1042',
	'10.02.2026 5001',
	'xRtbQmWe-kL_',
	'QrTbmWxkLpZa',
	'Kd7hTzQw2mL-',
	'aGVsbG8tWx/',
	'N9EbFTUd22v88MK2JF1I-h_',
	'01ARZ3NDEKTSV4RRFFQ69G5FAV',
	'V1StGXR8_Z5jdHi6B-myT',
	'550e8400-e29b-41d4-a716-446655440000',
	'00000000-0000-4000-8000-000000000001',
	'<CAH+ab12@mail.gmail.com>',
	'<20260210.1@sberbank.ru>',
	'order-2026-17',
	'order-17-0',
	'-500',
	'№17',
	'B60421241000000000000000000123',
])('%j has no fault', (id) => {
	const fault = findUnmetRequirement(id);

	expect(fault).toBeUndefined();
});

const SEPARATOR_AT_END = 'not end with a separator';
const SEPARATOR_AT_BEGINNING = 'not begin with a separator';
const ZERO_AT_END = 'hold a number in place of the 0 at its end';
const BRACKETS = "contain no square brackets, since the payment's note stores it inside them";
const NO_DIGIT = 'hold a digit other than 0';
const PLACEHOLDER = 'hold no expression that was not filled';
const SHEET_ERROR = 'hold no error of a sheet';
const LOST_VALUE = 'hold a number in place of "undefined", "null" or "NaN"';

it.each([
	{ id: 'inv-2026-#N/A', fault: SHEET_ERROR },
	{ id: '2026 #ССЫЛКА!', fault: SHEET_ERROR },
	{ id: '#Н/Д-2026', fault: SHEET_ERROR },
	{ id: 'order-2026-{{id}}', fault: PLACEHOLDER },
	{ id: 'order-2026-{{ $json.id }}', fault: PLACEHOLDER },
	{ id: 'order-2026-${id}', fault: PLACEHOLDER },
	{ id: 'order-2026-<id>', fault: PLACEHOLDER },
	{ id: 'order-2026-%id%', fault: PLACEHOLDER },
	{ id: 'inv-2026-', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026\u2010', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026\u2011', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026–', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026—', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026\u2212', fault: SEPARATOR_AT_END },
	{ id: 'order_2026_', fault: SEPARATOR_AT_END },
	{ id: 'zakaz/2026/', fault: SEPARATOR_AT_END },
	{ id: 'Invoice-2026-02-', fault: SEPARATOR_AT_END },
	{ id: 'YooKassa-2026-', fault: SEPARATOR_AT_END },
	{ id: 'bePaid-2026-', fault: SEPARATOR_AT_END },
	{ id: 'MyOrder-2026-', fault: SEPARATOR_AT_END },
	{ id: 'PayU-2026-', fault: SEPARATOR_AT_END },
	{ id: 'TgBot-2026-', fault: SEPARATOR_AT_END },
	{ id: 'VKPay-2026-', fault: SEPARATOR_AT_END },
	{ id: 'mrchnt-2026-', fault: SEPARATOR_AT_END },
	{ id: 'MTSPayment-2026-02-', fault: SEPARATOR_AT_END },
	{ id: 'qr-sbp-2026-', fault: SEPARATOR_AT_END },
	{ id: 'AlfaCRM-2026_', fault: SEPARATOR_AT_END },
	{ id: 'inv-2026-undefined', fault: LOST_VALUE },
	{ id: 'inv-null-2026', fault: LOST_VALUE },
	{ id: 'NaN/2026', fault: LOST_VALUE },
	{ id: 'undefined.2026-02', fault: LOST_VALUE },
	{ id: 'inv-2026-0', fault: ZERO_AT_END },
	{ id: 'order/2026/02/000', fault: ZERO_AT_END },
	{ id: '-2026', fault: SEPARATOR_AT_BEGINNING },
	{ id: '/2026', fault: SEPARATOR_AT_BEGINNING },
	{ id: '_2026-02', fault: SEPARATOR_AT_BEGINNING },
	{ id: 'Kd7hTzQw2mL-undefined', fault: LOST_VALUE },
	{ id: 'Заказ ___ 2026', fault: 'hold a number in place of "___"' },
	{ id: 'inv--2026', fault: 'have its number between the dashes' },
	{ id: 'inv-', fault: NO_DIGIT },
	{ id: 'invoiceNumber-', fault: NO_DIGIT },
	{ id: 'cloudpayments_', fault: NO_DIGIT },
	{ id: 'ROBOKASSA-ORDER-', fault: NO_DIGIT },
	{ id: 'YClients-payment-', fault: NO_DIGIT },
	{ id: 'school-eKassa-', fault: NO_DIGIT },
	{ id: 'VKPay-schoolOrder', fault: NO_DIGIT },
	{ id: 'mrchnt-payment-', fault: NO_DIGIT },
	{ id: 'strizhka-shchetka-', fault: NO_DIGIT },
	{ id: 'constructor', fault: NO_DIGIT },
	{ id: 'Instructor-', fault: NO_DIGIT },
	{ id: 'undefined', fault: NO_DIGIT },
	{ id: 'robokassa-0', fault: NO_DIGIT },
	{ id: 'bank-5,001E+11', fault: 'hold no number that a sheet has rounded' },
	{ id: '[inv-1]', fault: BRACKETS },
])('$id is refused: it must $fault', ({ id, fault }) => {
	const foundFault = findUnmetRequirement(id);

	expect(foundFault).toBe(fault);
});
