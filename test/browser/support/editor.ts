import type { INodeParameters } from 'n8n-workflow';

import type { SandboxOptions } from '../../../sandbox';
import { Editor } from '../../../scripts/lib/editor/editor';
import type { RealN8n } from '../../e2e/support/realN8n';
import { makeWorkflowOfOneNode, useRealN8n } from '../../e2e/support/realN8n';

interface EditorInUse extends RealN8n {
	editor: Editor;
	/** An AlfaCRM node behind a Manual Trigger, opened. */
	openNode: (parameters: INodeParameters) => ReturnType<Editor['openNode']>;
}

/** A real n8n with an AlfaCRM, and its editor in a Chromium, for the tests of one file. */
export function useEditor(options: SandboxOptions = {}): EditorInUse {
	const real = useRealN8n(options);
	const used = real as EditorInUse;
	used.openNode = async (parameters) => {
		const workflow = await real.client.importWorkflow(makeWorkflowOfOneNode(parameters, real.credential));
		return await used.editor.openNode(workflow, 'AlfaCRM');
	};
	beforeAll(async () => {
		used.editor = await Editor.open(real.client);
	});
	beforeEach(() => real.sandbox.reset());
	afterAll(async () => await used.editor?.close());
	return used;
}
