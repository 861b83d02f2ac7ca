import { makeReadableEntity, yesNoFilter } from './common';
import { emailPart, isoDate, range, reference, text } from './fields';

const sender = reference('user_id', 'User', 'user', { description: 'Who sent it' });

/** Declares text messages, emails and phone calls. The form lists all three under 'Message'. */

/** The filters that text messages and emails share. */
const messageFilters = [
	...range(isoDate, 'date', 'Date'),
	yesNoFilter('is_fail', 'Failed', 'messages that failed'),
	yesNoFilter('is_sent', 'Sent', 'messages that were sent'),
	sender,
];

/** The settings that all messages share. Text messages have another certainty. */
const messageSettings = { certainty: 'documented', listedIn: 'message' } as const;

/**
 * Text messages. No documentation and no integration shows the fields of a message, so the preview
 * of the output has only the sender, which is known from a filter. API notes 5.20.
 */
export const smsMessage = makeReadableEntity({
	...messageSettings,
	resource: 'smsMessage',
	className: 'SmsMessage',
	label: 'SMS Message',
	certainty: 'confirmed',
	outputFields: [sender],
	filters: [...messageFilters, text('phone', 'Phone')],
});

export const mailMessage = makeReadableEntity({
	...messageSettings,
	resource: 'mailMessage',
	className: 'MailMessage',
	label: 'Mail Message',
	outputFields: [sender],
	filters: [
		...messageFilters,
		// The email in a row may be that of the sender, so every row passes.
		emailPart('email', 'Email', { placeholder: 'e.g. name@example.org', checkRowBy: () => true }),
		text('subject', 'Subject'),
	],
});

/** Phone calls. No filters of their list are known. API notes 5.20. */
export const phoneCall = makeReadableEntity({
	...messageSettings,
	resource: 'phoneCall',
	label: 'Phone Call',
});
