import type { INodeProperties } from 'n8n-workflow';

/** Stands last in the form of whatever decides by the day or the time, as in n8n's Google Calendar. */
export const timeZoneNotice: INodeProperties = {
	displayName:
		"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.",
	name: 'timeZoneNotice',
	type: 'notice',
	default: '',
};
