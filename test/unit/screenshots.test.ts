import { readFileSync } from 'node:fs';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { AlfaCrmTrigger } from '../../nodes/AlfaCrm/AlfaCrmTrigger.node';
import { ANIMATION, factsOf, factsOfPictures, pictureFiles } from '../../scripts/lib/pictures';
import { description } from '../support/form';

/** If these are no longer met: `npm run screenshots`. */
describe('the pictures of the READMEs', () => {
	it('show the parameters that the node and the credential have, in the n8n that is tested', () => {
		expect(factsOfPictures()).toEqual(
			factsOf([description, new AlfaCrmTrigger().description], new AlfaCrmApi().properties),
		);
	});

	it('list what a reader can see in them', () => {
		const { example, parameters } = factsOfPictures();
		const { node, mapper, trigger, credential } = parameters;
		expect(credential).toEqual(expect.arrayContaining(['Hostname', 'Requests per Second: 5']));
		expect(node).toEqual(expect.arrayContaining(['Resource: Customer', 'Operation: Get Many', 'Limit: 20']));
		expect(mapper).toEqual(expect.arrayContaining(['Input Mode: Field Mapper', 'Fields']));
		expect(trigger).toEqual(expect.arrayContaining(['Trigger On: Customer Created', 'Customer Type: Lead']));
		expect(example).toEqual(expect.arrayContaining(['Website Form', 'Save Lead', 'Write Comment']));
	});

	it.each(pictureFiles())('$file is there, as large as the window, and small', ({ bytes, size }) => {
		expect(size).toBe('1280x800');
		expect(bytes).toBeLessThan(250_000);
	});

	it('move at the top: an animation that plays again and again, and loads quickly (npm run animation)', () => {
		const gif = readFileSync(ANIMATION);
		expect(gif.toString('latin1', 0, 6)).toBe('GIF89a');
		expect([gif.readUInt16LE(6), gif.readUInt16LE(8)]).toEqual([960, 600]);
		expect(gif.toString('latin1')).toContain('NETSCAPE2.0');
		expect(gif.length).toBeLessThan(1_000_000);
	});
});
