import { quoted, unreadable } from '../../../nodes/AlfaCrm/fields/unreadable';

const SAMPLE = { label: 'Sample' };

it('a text that holds a rounded number has lost digits, a number has not', () => {
	expect(unreadable(SAMPLE, 'a phone number', '7.90056E+10').message).toBe(
		`'Sample' must be a phone number, but it is "7.90056E+10", a number that was rounded: its last digits are lost`,
	);
	expect(unreadable(SAMPLE, 'a number up to 5', 1e21).message).toBe(
		`'Sample' must be a number up to 5, but it is "1e+21"`,
	);
});

it('of a picker is shown what is in it', () => {
	const picked = (value: unknown) => ({ __rl: true, mode: 'id', value });
	expect(unreadable(SAMPLE, 'the number of a record', picked('ученик 5')).message).toBe(
		`'Sample' must be the number of a record, but it is "ученик 5"`,
	);
	expect(quoted(picked(0))).toBe('"0"');
	expect(quoted(picked([1, 2]))).toBe('"[1,2]"');
});

it('what has no text is shown as an object', () => {
	const circle: unknown[] = [];
	circle.push(circle);
	for (const value of [{ toJSON: () => undefined }, circle]) {
		expect(quoted(value)).toBe('"an object"');
	}
});
