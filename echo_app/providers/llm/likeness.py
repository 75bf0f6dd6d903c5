"""How near short texts are to a question in meaning, by the local vectors, which know English only."""

from collections import OrderedDict

import numpy

_MOST_KEPT = 4_000
_vectors: OrderedDict[str, "numpy.ndarray[tuple[int], numpy.dtype[numpy.float32]]"] = OrderedDict()


def likeness_of(question: str, texts: list[str]) -> list[float]:
    """The cosine of the question and each text. Texts come again and again: their vectors are kept, 1 KB each."""
    # The local embedder always: this is no retrieval, and nobody may wait for a vendor here.
    from echo_app.providers.embeddings.local import embed_now

    unknown = [text for text in dict.fromkeys(texts) if text not in _vectors]
    own, *others = numpy.asarray(embed_now([question, *unknown]), dtype=numpy.float32)
    _vectors.update(zip(unknown, others, strict=True))
    found = [float(_vectors[text] @ own) for text in texts]
    while len(_vectors) > _MOST_KEPT:
        _vectors.popitem(last=False)
    return found
