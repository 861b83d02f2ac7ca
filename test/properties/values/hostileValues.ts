import { Workflow } from 'n8n-workflow';

import { makeNode, TestNodeTypes } from '../../engine/support/engine';

/** A value that people, expressions or agents give to the node by mistake, or in a spelling of their own. */
export interface HostileValue {
	/** JavaScript that makes the value in an expression of n8n. */
	code: string;
	/** The value that n8n makes of the code. */
	value: unknown;
}

/**
 * Lists the JavaScript of all values. A line that ends with a colon is a heading. Elsewhere ¦ separates the
 * values.
 */
const TABLE_OF_CODES = String.raw`
	empty in every spelling:
	undefined ¦ null ¦ "" ¦ " " ¦ "\n" ¦ [] ¦ "[]" ¦ "," ¦ {} ¦ [undefined] ¦ [null] ¦ [""]
	words of programs in the data:
	"undefined" ¦ "null" ¦ "NaN" ¦ true ¦ false ¦ "true" ¦ "false" ¦ "yes"
	numbers:
	0 ¦ "0" ¦ 1 ¦ "1" ¦ -1 ¦ "-500" ¦ NaN ¦ Infinity ¦ 1e21 ¦ "1e21" ¦ 1.5 ¦ 3872.7000000000003
	"3872.70" ¦ "1 290,90" ¦ "12" ¦ " 12 " ¦ "12\n"
	lists of one and of several:
	[2] ¦ ["2"] ¦ [1, 2] ¦ "1,2" ¦ "1, 2" ¦ "[1,2]" ¦ "[1" ¦ [[1], [2]] ¦ [{}] ¦ { value: 2 } ¦ { values: [] }
	names of options, records from a picker:
	"updat" ¦ "__proto__" ¦ "constructor"
	{ __rl: true, mode: "id", value: "2" } ¦ { __rl: true, mode: "list", value: "" }
	{ __rl: true, mode: "url", value: "https://demo.s20.online/company/1/customer/view?id=2" }
	{ __rl: true, mode: "url", value: "https://demo.s20.online/company/1/customer" }
	"https://demo.s20.online/company/1/customer/view?id=2"
	days and times:
	"2031-03-01" ¦ "01.03.2031" ¦ "1.3.2031 10:30" ¦ "2031-03-01T00:00:00.000Z" ¦ "2031-03-01T00:00:00+09:00"
	"2031-03-01T23:30:00+09:00" ¦ "2031-03-01T22:30:00Z"
	DateTime.fromISO("2031-03-01T10:30:00", { zone: "Europe/Moscow" })
	DateTime.fromISO("2031-03-01T00:00:00", { zone: "Asia/Vladivostok" })
	new Date("2031-03-01T22:30:00Z") ¦ new Date("2031-03-01T00:00:00.000Z") ¦ new Date(NaN)
	"30.02.2031" ¦ "2031-02-30" ¦ "2031-13-01T10:00:00" ¦ "17:00" ¦ "9:05" ¦ "24:00" ¦ "25:61"
	phones, empty masks, bare codes, extensions, other countries:
	"+7 (___) ___-__-__" ¦ "+7" ¦ "8" ¦ "+375" ¦ "8 900 555 00 77" ¦ "+7 900 555-00-77 доб. 12"
	"+375/29/555/00/77" ¦ "+49 30 5550077" ¦ "+7 900 555-00-77, +7 900 555-00-78"
	["+7 (___) ___-__-__", "+7 900 555-00-77"]
	texts in several spellings:
	"Ёлкина Алёна" ¦ "Елкина  Алена" ¦ "Й".normalize("NFD") ¦ "Орлова\n" ¦ "a@example.org, b@example.org"
	"Ул. Пробная, 5"`;

const CODES = TABLE_OF_CODES.split('\n')
	.map((line) => line.trim())
	.filter((line) => line !== '' && !isHeading(line))
	.flatMap((line) => line.split(' ¦ '));

function isHeading(line: string): boolean {
	return /^[a-z ,]+:$/.test(line);
}

/** The JavaScript of a list of all values. An expression takes one of them by its number. */
export const CODE_OF_ALL_VALUES = `[${CODES.join(', ')}]`;

const VALUES = evaluateAllCodes();

export const HOSTILE_VALUES: readonly HostileValue[] = CODES.map((code, index) => ({
	code,
	value: VALUES[index],
}));

/** Lets n8n evaluate the codes. The values are then exactly what n8n gives to the node. */
function evaluateAllCodes(): unknown[] {
	const node = makeNode('Any', 'n8n-nodes-alfacrm.alfaCrm', {});
	const { expression } = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
	const values: unknown = expression.getSimpleParameterValue(
		node,
		`={{ ${CODE_OF_ALL_VALUES} }}`,
		'internal',
		{},
	);
	return values as unknown[];
}
