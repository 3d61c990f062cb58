import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Words of the tiny model; two words of one list have vectors that are near to each other. */
const GROUPS = [
  ['database', 'postgres', 'table', 'migration', 'query'],
  ['test', 'spec', 'assert', 'vitest'],
  ['style', 'css', 'colour', 'button'],
  ['the', 'a', 'is', 'in', 'before', 'run'],
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const WORDS = GROUPS.flat();

export interface TinyModelOptions {
  /** Width of the vectors. */
  dimension?: number;
  /** What config.json promises, where it differs. */
  promised?: number;
  /** Other vectors, for a model that has changed. */
  seed?: number;
}

/**
 * Writes a sentence model of two dozen words into a folder: model.onnx (one Gather from a table of vectors, by hand, as the protobuf of
 * onnx.proto3 says) and the files that the tokenizer needs.
 */
export function writeTinyModel(folder: string, { dimension = 384, promised = dimension, seed = 1 }: TinyModelOptions = {}): void {
  mkdirSync(join(folder, '1_Pooling'), { recursive: true });
  const json = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
  writeFileSync(join(folder, 'model.onnx'), onnxModel(table(dimension, seed), dimension));
  json('tokenizer.json', tokenizer());
  json('tokenizer_config.json', { tokenizer_class: 'BertTokenizer', model_max_length: 512 });
  json('config.json', { hidden_size: promised });
  json('sentence_bert_config.json', { max_seq_length: 256, do_lower_case: false });
  json('1_Pooling/config.json', { word_embedding_dimension: promised, pooling_mode_mean_tokens: true, pooling_mode_cls_token: false });
}

function table(dimension: number, seed: number): Float32Array {
  const random = numbers(seed);
  const around = (centre: number[], spread: number) => centre.map((value) => value + spread * (random() - 0.5));
  const nowhere = new Array<number>(dimension).fill(0);
  // Padding that is not masked would show.
  const rows = SPECIAL.map((name) => around(nowhere, name === '[PAD]' ? 8 : 0.01));
  for (const group of GROUPS) {
    const centre = around(nowhere, 2);
    for (let word = 0; word < group.length; word++) rows.push(around(centre, 0.5));
  }
  return Float32Array.from(rows.flat());
}

/** mulberry32: the same numbers from the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function tokenizer(): object {
  const vocab = Object.fromEntries([...SPECIAL, ...WORDS].map((word, id) => [word, id]));
  const added = SPECIAL.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', vocab['[SEP]']], cls: ['[CLS]', vocab['[CLS]']] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
}

const FLOAT = 1;
const INT64 = 7;

function onnxModel(vectors: Float32Array, dimension: number): Buffer {
  const rows = vectors.length / dimension;
  const initializer = message(numberField(1, rows), numberField(1, dimension), numberField(2, FLOAT), text(8, 'table'), bytes(9, Buffer.from(vectors.buffer)));
  const node = message(text(1, 'table'), text(1, 'input_ids'), text(2, 'last_hidden_state'), text(3, 'gather'), text(4, 'Gather'));
  const graph = message(
    ...[bytes(1, node), text(2, 'tiny'), bytes(5, initializer)],
    ...['input_ids', 'attention_mask', 'token_type_ids'].map((name) => bytes(11, value(name, INT64, ['batch', 'length']))),
    bytes(12, value('last_hidden_state', FLOAT, ['batch', 'length', dimension])),
  );
  return message(numberField(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), numberField(2, 13))));
}

/** ValueInfoProto: a tensor with its element type and its dimensions, named where they are free. */
function value(name: string, type: number, dims: ReadonlyArray<string | number>): Buffer {
  const shape = message(...dims.map((dim) => bytes(1, typeof dim === 'number' ? message(numberField(1, dim)) : message(text(2, dim)))));
  return message(text(1, name), bytes(2, message(bytes(1, message(numberField(1, type), bytes(2, shape))))));
}

const message = (...fields: Buffer[]) => Buffer.concat(fields);
const numberField = (field: number, value: number) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field: number, content: Buffer) => Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const text = (field: number, content: string) => bytes(field, Buffer.from(content));

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return Buffer.from([...out, rest]);
}
