import { Workflow } from 'n8n-workflow';

import { makeNode, TestNodeTypes } from '../../engine/support/engine';

/** A value that people, expressions or agents really give, in the ways in which it can be given. */
export interface Hostile {
	/** JavaScript that makes it, as it stands in an expression of n8n. */
	code: string;
	/** The same for the oracle. */
	value: unknown;
}

/** JavaScript, several values to a line with ¦ between. */
const CODES = String.raw`
	nothing at all, in every spelling of it:
	undefined ¦ null ¦ "" ¦ " " ¦ "\n" ¦ [] ¦ "[]" ¦ "," ¦ {} ¦ [undefined] ¦ [null] ¦ [""]
	words of programs that found their way into the data:
	"undefined" ¦ "null" ¦ "NaN" ¦ true ¦ false ¦ "true" ¦ "false" ¦ "yes"
	numbers:
	0 ¦ "0" ¦ 1 ¦ "1" ¦ -1 ¦ "-500" ¦ NaN ¦ Infinity ¦ 1e21 ¦ "1e21" ¦ 1.5 ¦ 3872.7000000000003
	"3872.70" ¦ "1 290,90" ¦ "12" ¦ " 12 " ¦ "12\n"
	one and several:
	[2] ¦ ["2"] ¦ [1, 2] ¦ "1,2" ¦ "1, 2" ¦ "[1,2]" ¦ "[1" ¦ [[1], [2]] ¦ [{}] ¦ { value: 2 } ¦ { values: [] }
	names of options, and records as the picker gives them:
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
	phones, masks that nobody filled, bare codes, extensions, other countries:
	"+7 (___) ___-__-__" ¦ "+7" ¦ "8" ¦ "+375" ¦ "8 900 555 00 77" ¦ "+7 900 555-00-77 доб. 12"
	"+375/29/555/00/77" ¦ "+49 30 5550077" ¦ "+7 900 555-00-77, +7 900 555-00-78"
	["+7 (___) ___-__-__", "+7 900 555-00-77"]
	texts that look alike:
	"Ёлкина Алёна" ¦ "Елкина  Алена" ¦ "Й".normalize("NFD") ¦ "Орлова\n" ¦ "a@example.org, b@example.org"
	"Ул. Пробная, 5"`
	.split('\n')
	.map((line) => line.trim())
	.filter((line) => line !== '' && !/^[a-z ,]+:$/.test(line))
	.flatMap((line) => line.split(' ¦ '));

/** All of them as one list, of which an expression takes one by the item's number. */
export const listOfAll = `[${CODES.join(', ')}]`;

/** As n8n itself reads them. */
function evaluated(): unknown[] {
	const any = makeNode('Any', 'n8n-nodes-alfacrm.alfaCrm', {});
	const { expression } = new Workflow({
		nodes: [any],
		connections: {},
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
	const list: unknown = expression.getSimpleParameterValue(any, `={{ ${listOfAll} }}`, 'internal', {});
	return list as unknown[];
}

const values = evaluated();

export const HOSTILE: readonly Hostile[] = CODES.map((code, index) => ({ code, value: values[index] }));
