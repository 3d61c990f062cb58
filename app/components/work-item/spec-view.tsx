'use client';

import Markdown from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';

interface TreeNode {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: TreeNode[];
}
const BLOCKS = new Set(['p', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'td', 'th', 'blockquote']);

/** Each block of text reads in the direction of its own words. */
function setDirections() {
  const visit = (node: TreeNode) => {
    if (node.tagName !== undefined && BLOCKS.has(node.tagName)) node.properties = { ...node.properties, dir: 'auto' };
    node.children?.forEach(visit);
  };
  return visit;
}

/** A spec as it reads. Nothing of it is loaded from elsewhere: images show their address. */
export function SpecView({ spec }: { spec: string }) {
  return (
    <div className="spec mt-2 break-words">
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[rehypeSanitize, setDirections]}
        components={{ img: ({ src }) => <code>{typeof src === 'string' ? src : 'image'}</code> }}
      >
        {spec}
      </Markdown>
    </div>
  );
}
