import { readable, only } from './common';
import { emailPart, isoDate, range, reference, text } from './fields';

const sender = reference('user_id', 'User', 'user', { description: 'Who sent it' });

const sending = [
	...range(isoDate, 'date', 'Date'),
	only('is_fail', 'Failed', 'messages that failed'),
	only('is_sent', 'Sent', 'messages that were sent'),
	sender,
];

const message = { certainty: 'documented', listedIn: 'message' } as const;

/**
 * The messages that were sent and received. No source lists the fields of a row; one field is known
 * from a filter. API notes 5.20.
 */
export const smsMessage = readable({
	...message,
	resource: 'smsMessage',
	className: 'SmsMessage',
	label: 'SMS Message',
	certainty: 'confirmed',
	outputFields: [sender],
	filters: [...sending, text('phone', 'Phone')],
});

export const mailMessage = readable({
	...message,
	resource: 'mailMessage',
	className: 'MailMessage',
	label: 'Mail Message',
	outputFields: [sender],
	filters: [
		...sending,
		// A row may call the sender so.
		emailPart('email', 'Email', { placeholder: 'e.g. name@example.org', verifyBy: () => true }),
		text('subject', 'Subject'),
	],
});

/** No filters of it are listed. */
export const phoneCall = readable({ ...message, resource: 'phoneCall', label: 'Phone Call' });
