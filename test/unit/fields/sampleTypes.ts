import type { FieldType, Shown, ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';

/** A field that is declared so. */
export const field = <T extends ShownType>(type: T): Shown =>
	({ name: 'sample', label: 'Sample', ...type }) as Shown;

export const SUM = { type: 'number', min: 0.01 } as const;
export const STAGE = { type: 'reference', entity: 'leadStatus' } as const;
const DAYS = [
	{ value: 1, label: 'Monday' },
	{ value: 7, label: 'Sunday' },
];
export const CHOICE = { type: 'choice', choices: DAYS, default: 1 } as const;
export const CHOICES = { type: 'choices', choices: DAYS } as const;
export const DOTTED = { type: 'date', format: 'dotted' } as const;
export const ROWS: FieldType = {
	type: 'rows',
	fields: [
		{ type: 'id', name: 'customer_id', label: 'Customer ID', required: true },
		{ type: 'flag', name: 'is_attend', label: 'Attended' },
		{ type: 'text', name: 'note', label: 'Note' },
	],
	readOnly: ['ctt_id'],
};
