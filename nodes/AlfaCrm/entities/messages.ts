import { makeReadableEntity, yesNoFilter } from './common';
import { emailPart, isoDate, range, reference, text } from './fields';

const sender = reference('user_id', 'User', 'user', { description: 'Who sent it' });

/** The filters that text messages and emails share. */
const sendingFilters = [
	...range(isoDate, 'date', 'Date'),
	yesNoFilter('is_fail', 'Failed', 'messages that failed'),
	yesNoFilter('is_sent', 'Sent', 'messages that were sent'),
	sender,
];

/** The settings that all messages share. */
const message = { certainty: 'documented', listedIn: 'message' } as const;

/**
 * Text messages. No source lists the fields of a row of any message, so the preview of the output
 * shows only the sender, which is known from a filter. API notes 5.20.
 */
export const smsMessage = makeReadableEntity({
	...message,
	resource: 'smsMessage',
	className: 'SmsMessage',
	label: 'SMS Message',
	certainty: 'confirmed',
	outputFields: [sender],
	filters: [...sendingFilters, text('phone', 'Phone')],
});

export const mailMessage = makeReadableEntity({
	...message,
	resource: 'mailMessage',
	className: 'MailMessage',
	label: 'Mail Message',
	outputFields: [sender],
	filters: [
		...sendingFilters,
		// The email of a row may be that of the sender, so rows are not compared with the filter.
		emailPart('email', 'Email', { placeholder: 'e.g. name@example.org', checkRowBy: () => true }),
		text('subject', 'Subject'),
	],
});

/** Phone calls. No source lists filters of them. API notes 5.20. */
export const phoneCall = makeReadableEntity({
	...message,
	resource: 'phoneCall',
	label: 'Phone Call',
});
