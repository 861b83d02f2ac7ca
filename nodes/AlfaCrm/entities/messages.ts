import { idFilter, nameFilter, readable } from './common';
import { emailPart, flag, isoDate, range, reference, text } from './fields';

const sender = reference('user_id', 'User', 'user', { description: 'Who sent it' });

const sending = [
	...range(isoDate, 'added', 'Added'),
	flag('is_archive', 'Archived', {
		description: 'Whether to return only archived messages or only others',
	}),
	...range(isoDate, 'date', 'Date'),
	flag('is_fail', 'Failed', {
		description: 'Whether to return only messages that failed or only others',
	}),
	idFilter,
	text('phone', 'Phone', { description: 'Phone number to look for' }),
	flag('is_sent', 'Sent', { description: 'Whether to return only messages that were sent or only others' }),
	sender,
];

/** What went out and came in. API notes 5.20: no source lists the fields of a row; one is known as a filter. */
export const smsMessage = readable({
	resource: 'smsMessage',
	path: 'sms-message',
	className: 'SmsMessage',
	label: 'SMS Message',
	plural: 'SMS Messages',
	certainty: 'confirmed',
	outputFields: [sender],
	filters: sending,
});

export const mailMessage = readable({
	resource: 'mailMessage',
	path: 'mail-message',
	className: 'MailMessage',
	label: 'Mail Message',
	plural: 'Mail Messages',
	certainty: 'documented',
	outputFields: [sender],
	filters: [
		...sending,
		emailPart('email', 'Email', {
			description: 'Address to look for',
			placeholder: 'e.g. name@example.org',
		}),
		nameFilter,
		text('subject', 'Subject', { description: 'Subject line to look for' }),
	],
});

/** No filters of it are listed. */
export const phoneCall = readable({
	resource: 'phoneCall',
	path: 'phone-call',
	label: 'Phone Call',
	plural: 'Phone Calls',
	certainty: 'documented',
});
